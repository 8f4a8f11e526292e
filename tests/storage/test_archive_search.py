"""Whatever is looked for, every archive finds the same, and nothing else."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.archive import Archive
from engine.job import Job, Owner, Recipe, Tile
from engine.ports import Ledger
from engine.search import Search
from storage.memory import MemoryLedger
from tests.storage.conftest import sql_shelf
from tests.storage.samples import A_FOX, ALICE, BOB, NOON, a_job, painted_job

LONG = "x" * 300
PROMPTS = [
    "a red fox in the snow",
    "A RED Fox, in the café",
    "fox red",
    "foxes and a lighthouse",
    "狐の絵, ink",
    "sci-fi city <lora:neon:0.8>",
    "'; DROP TABLE pictures; --",
    'a "quoted" fox* AND col:umn NEAR(a, b) ^ -fox',
    "100% _fox_ \\ fox",
    f"{LONG} fox",
    f"{LONG}y",
    "🦊",
    "half \ud800 of a pair and \x00 nothing",
]
TRICKS = [
    *('"', '""', "*", "fox*", "f*", "AND", "a AND b", "NEAR(a b)", "col:umn", "terms:fox", "-fox"),
    *("^fox", "'; DROP TABLE found; --", "%", "_", "f%x", "\\", "(", ")", "fox)", "fox | snow"),
    *("fox & snow", "!fox", "a <-> b", ":*", "fox:*", "\x00", "fox\x00", "\ud800", "†f", "†s7"),
    *(
        LONG,
        f"{LONG}z",
        "x" * 10_000,
        "a " * 5000,
        '"' * 10_000,
        "(" * 10_000,
        "狐" * 5000,
        "fox " * 2500,
    ),
]


def of(prompt: str, *, id: str, owner: Owner = ALICE, **recipe: Any) -> Job:
    tile = Tile(index=0, recipe=replace(A_FOX, prompt=prompt, **recipe))
    return replace(a_job(id=id, owner=owner), tiles=(tile,))


async def fill(ledger: Ledger) -> None:
    for number, prompt in enumerate(PROMPTS):
        await painted_job(ledger, of(prompt, id=f"{number}"))
        await painted_job(ledger, of(prompt, id=f"bob's {number}", owner=BOB))


async def found(archive: Archive, search: Search) -> list[str]:
    return [picture.recipe.prompt for picture in await archive.page(ALICE.id, search, most=100)]


FOUND: list[tuple[str, list[str]]] = [
    ("red fox", [PROMPTS[0], PROMPTS[1], PROMPTS[2]]),
    ('"red fox"', [PROMPTS[0], PROMPTS[1]]),
    ("RED snow", [PROMPTS[0]]),
    ("cafe", [PROMPTS[1]]),
    ("café", [PROMPTS[1]]),
    ("lig", [PROMPTS[3]]),
    ("lighth", [PROMPTS[3]]),
    ("lighthouses", []),
    ("li", []),
    ("lighth fox", []),
    ("foxe", [PROMPTS[3]]),
    ("の絵", [PROMPTS[4]]),
    ("狐絵", []),
    ("狐 絵", [PROMPTS[4]]),
    ("sci-fi", [PROMPTS[5]]),
    ("fi-sci", []),
    ("fi sci", [PROMPTS[5]]),
    ("<lora:neon:0.8>", [PROMPTS[5]]),
    ("drop table", [PROMPTS[6]]),
    ("🦊", [PROMPTS[11]]),
    (LONG, [PROMPTS[9]]),
    (f"{LONG}y", [PROMPTS[10]]),
    ("half nothing", [PROMPTS[12]]),
]


async def test_words_find_the_prompts_that_hold_them(ledger: Ledger, archive: Archive) -> None:
    await fill(ledger)

    for words, prompts in FOUND:
        assert sorted(await found(archive, Search(words=words))) == sorted(prompts), words


async def test_what_looks_like_a_command_is_only_words(ledger: Ledger, archive: Archive) -> None:
    await fill(ledger)

    everything = await archive.page(ALICE.id, most=100)
    for trick in TRICKS:
        search = Search(words=trick)
        fitting = [picture for picture in everything if search.fits(picture)]
        assert await archive.page(ALICE.id, search, most=100) == fitting, trick


@pytest.mark.parametrize(
    ("search", "jobs"),
    [
        (Search(model="PictureBook"), ["later", "seven"]),
        (Search(model="org/photo: v1.5"), ["photo"]),
        (Search(model="org"), []),
        (Search(seed=7), ["photo", "seven"]),
        (Search(seed=2**70), ["later"]),
        (Search(seed=70), []),
        (Search(seed=7, model="picturebook"), ["seven"]),
        (Search(seed=7, model="picturebook", words="fox"), ["seven"]),
        (Search(seed=7, model="picturebook", words="dog"), []),
    ],
)
async def test_models_and_seeds_are_found(
    ledger: Ledger, archive: Archive, search: Search, jobs: list[str]
) -> None:
    await painted_job(ledger, of("a fox", id="seven"))
    await painted_job(ledger, of("a fox", id="photo", model="org/Photo: v1.5"))
    await painted_job(ledger, of("a fox", id="later", seed=2**70))

    page = await archive.page(ALICE.id, search)

    assert [picture.job for picture in page] == jobs


TIMES = [
    datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2000, 1, 1, tzinfo=UTC),
    datetime(2025, 12, 31, 12, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 4, 30, 23, 59, 59, 999999, tzinfo=UTC),
    NOON,
    NOON + timedelta(microseconds=1),
    datetime(2026, 5, 31, tzinfo=UTC),
    datetime(2030, 2, 28, tzinfo=UTC),
]


SINCE = [None, *TIMES[::2], NOON.astimezone(timezone(timedelta(hours=9)))]
UNTIL = [None, *TIMES[1::2], datetime(9999, 12, 31, tzinfo=UTC)]


async def test_times_are_found_to_the_microsecond(ledger: Ledger, archive: Archive) -> None:
    for number, time in enumerate(TIMES):
        await painted_job(ledger, a_job(id=f"job {number}"), painted=time)

    for since, until in product(SINCE, UNTIL):
        page = await archive.page(ALICE.id, Search(words="fox", since=since, until=until))
        assert [picture.painted for picture in page] == [
            time
            for time in reversed(TIMES)
            if (since is None or since <= time) and (until is None or time < until)
        ], (since, until)


WORDS = st.sampled_from(
    ["fox", "foxes", "red", "snow", "snowy", "sno", "狐", "絵", "é", "🦊", "sci-fi"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)
QUOTED = st.tuples(TEXTS, TEXTS).map(lambda both: f'{both[0]} "{both[1]}"')
SEARCHES = st.builds(
    Search,
    words=st.just("") | TEXTS | QUOTED | WORDS.map(lambda word: word[:-1]),
    model=st.none() | st.sampled_from(["book", "photo"]),
    seed=st.none() | st.integers(0, 2),
    since=st.none() | st.datetimes(TIMES[0].replace(tzinfo=None), timezones=st.just(UTC)),
    until=st.none() | st.datetimes(TIMES[5].replace(tzinfo=None), timezones=st.just(UTC)),
    favourites=st.booleans(),
)
RECIPES = st.builds(
    replace,
    st.just(A_FOX),
    prompt=TEXTS,
    model=st.sampled_from(["book", "photo"]),
    seed=st.integers(0, 2),
)
Painted = tuple[Recipe, datetime, bool, Owner]
PAINTED = st.tuples(RECIPES, st.sampled_from(TIMES), st.booleans(), st.sampled_from([ALICE, BOB]))


EXAMPLES = count(1)


async def fill_with(ledger: Ledger, archive: Archive, painted: list[Painted], example: int) -> None:
    """The same in each archive, and with owners whom no other example has."""
    for number, (recipe, time, favourite, owner) in enumerate(painted):
        theirs = Owner(id=f"{owner.id}:{example}")
        tile = Tile(index=0, recipe=recipe)
        job = replace(a_job(id=f"{example}:{number}", owner=theirs), tiles=(tile,))
        await painted_job(ledger, job, painted=time)
        if favourite:
            [picture] = await ledger.pictures(job.id)
            await archive.favour(theirs.id, picture.number, favourite=True)


async def jobs_found(archive: Archive, example: int, search: Search, skip: int) -> list[str]:
    jobs = []
    for owner in (ALICE, BOB):
        theirs = f"{owner.id}:{example}"
        everything = await archive.page(theirs, most=100)
        before = everything[skip].number if skip < len(everything) else None
        page = await archive.page(theirs, search, before=before, most=3)
        after = everything[skip].number if skip < len(everything) else 0
        newer = await archive.page(theirs, search, after=after, most=3)
        jobs += [picture.job for picture in (*page, *newer)]
    return jobs


async def both_find_the_same(
    url: str, folder: Path, painted: list[Painted], searches: list[Search], skip: int
) -> None:
    example, memory = next(EXAMPLES), MemoryLedger()
    async with sql_shelf(url, folder) as shelf:
        await fill_with(memory, memory.archive, painted, example)
        await fill_with(shelf.ledger, shelf.archive, painted, example)
        for search in searches:
            expected = await jobs_found(memory.archive, example, search, skip)
            assert await jobs_found(shelf.archive, example, search, skip) == expected, search


@settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    painted=st.lists(PAINTED, min_size=1, max_size=10),
    searches=st.lists(SEARCHES, min_size=10, max_size=10),
    skip=st.integers(0, 12),
)
def test_databases_find_what_is_found_without_an_index(
    database_url: str,
    tmp_path: Path,
    painted: list[Painted],
    searches: list[Search],
    skip: int,
) -> None:
    asyncio.run(both_find_the_same(database_url, tmp_path, painted, searches, skip))
