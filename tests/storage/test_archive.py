"""What every archive owes to whoever looks for their pictures."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.archive import Archive
from engine.errors import NotFound
from engine.job import Owner, Remembered, Status
from engine.ports import Ledger
from engine.request import ImageRequest
from engine.search import Search
from tests.storage.conftest import Shelf
from tests.storage.samples import (
    A_FOX,
    ALICE,
    BOB,
    LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)


async def all_pages(archive: Archive, search: Search, *, most: int) -> list[Remembered]:
    seen: list[Remembered] = []
    while page := await archive.page(
        ALICE.id, search, before=seen[-1].number if seen else None, most=most
    ):
        seen += page
    return seen


async def number_of(ledger: Ledger, job: str, tile: int = 0) -> int:
    return (await ledger.pictures(job))[tile].number


async def test_the_newest_comes_first(ledger: Ledger, archive: Archive) -> None:
    for name in ["old", "newer", "newest"]:
        await painted_job(ledger, a_job(id=name))
    await painted_job(ledger, a_job(id="bob's", owner=BOB))

    page = await archive.page(ALICE.id)

    assert [picture.job for picture in page] == ["newest", "newer", "old"]
    assert page[0] == (await ledger.pictures("newest"))[0]


@pytest.mark.parametrize("search", [Search(), Search(words="fox"), Search(model="picturebook")])
@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
async def test_no_page_skips_or_repeats_a_picture(
    ledger: Ledger, archive: Archive, most: int, search: Search
) -> None:
    for name in "abc":
        await painted_job(ledger, a_job(id=name, tiles=3))
        await painted_job(ledger, a_job(id=f"bob's {name}", owner=BOB))

    seen = await all_pages(archive, search, most=most)

    assert [picture.job for picture in seen] == [*"cccbbbaaa"]
    assert [picture.tile for picture in seen] == [2, 1, 0] * 3


@pytest.mark.parametrize("search", [Search(), Search(words="fox"), Search(model="picturebook")])
@pytest.mark.parametrize("most", [1, 2, 3, 7, 100])
async def test_no_page_skips_or_repeats_a_picture_on_the_way_back(
    ledger: Ledger, archive: Archive, most: int, search: Search
) -> None:
    for name in "abc":
        await painted_job(ledger, a_job(id=name, tiles=3))
        await painted_job(ledger, a_job(id=f"bob's {name}", owner=BOB))
    everything = await archive.page(ALICE.id)
    seen: list[Remembered] = [everything[-1]]

    while page := await archive.page(ALICE.id, search, after=seen[0].number, most=most):
        seen = [*page, *seen]

    assert seen == everything


async def test_after_a_number_that_nothing_has_comes_what_is_newer(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(tiles=3))

    assert len(await archive.page(ALICE.id, after=-(10**30))) == 3
    assert await archive.page(ALICE.id, after=10**30) == []
    assert await archive.page(ALICE.id, Search(words="fox"), after=10**30) == []


@pytest.mark.parametrize("search", [Search(), Search(words="fox")])
async def test_a_picture_painted_meanwhile_does_not_move_the_next_page(
    ledger: Ledger, archive: Archive, search: Search
) -> None:
    await painted_job(ledger, a_job(id="a", tiles=2))
    await painted_job(ledger, a_job(id="b", tiles=2))
    page = await archive.page(ALICE.id, search, most=2)
    await painted_job(ledger, a_job(id="c"))

    following = await archive.page(ALICE.id, search, before=page[-1].number)

    assert [picture.job for picture in [*page, *following]] == ["b", "b", "a", "a"]


async def test_a_page_goes_on_where_its_last_picture_was_deleted(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(tiles=4))
    page = await archive.page(ALICE.id, most=2)
    await archive.remove(ALICE.id, [page[-1].number])

    following = await archive.page(ALICE.id, before=page[-1].number)

    assert [picture.tile for picture in following] == [1, 0]


@pytest.mark.parametrize("search", [Search(), Search(words="fox")], ids=["all", "fox"])
async def test_what_fits_is_counted_up_to_a_bound(
    ledger: Ledger, archive: Archive, search: Search
) -> None:
    await painted_job(ledger, a_job(tiles=3))
    await painted_job(ledger, a_job(id="bob's", owner=BOB))
    newest, *_ = await archive.page(ALICE.id)

    assert await archive.count(ALICE.id, search, most=10) == 3
    assert await archive.count(ALICE.id, search, most=2) == 2
    assert await archive.count(ALICE.id, search, after=newest.number - 1, most=10) == 1
    assert await archive.count(ALICE.id, Search(words="hen"), most=10) == 0


async def test_a_number_is_never_given_twice(ledger: Ledger, archive: Archive) -> None:
    await painted_job(ledger, a_job(id="first"))
    first = await number_of(ledger, "first")
    await archive.remove(ALICE.id, [first])

    await painted_job(ledger, a_job(id="second"))

    assert await number_of(ledger, "second") > first


async def test_a_picture_is_found_by_its_number_with_its_recipe_whole(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(tiles=2))
    number = await number_of(ledger, "fox", 1)

    picture = await archive.picture(ALICE.id, number)

    assert (picture.number, picture.tile, picture.owner) == (number, 1, ALICE.id)
    assert picture.recipe == replace(A_FOX, seed=8)
    assert (picture.painted, picture.seconds, picture.favourite) == (LATER, 1.5, False)
    assert await ledger.file(picture.file) == b"fox 1"


@pytest.mark.parametrize("number", [-1, 0, 10**6, 2**63 - 1, 2**63, 10**30])
async def test_a_number_that_is_none_is_not_found(
    ledger: Ledger, archive: Archive, number: int
) -> None:
    await painted_job(ledger, a_job())

    with pytest.raises(NotFound, match=f"no picture {number}"):
        await archive.picture(ALICE.id, number)
    with pytest.raises(NotFound):
        await archive.favour(ALICE.id, number, favourite=True)

    assert not await archive.remove(ALICE.id, [number])
    assert len(await archive.page(ALICE.id, before=10**30)) == 1


async def test_a_strangers_picture_is_as_one_that_there_never_was(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job())
    number = await number_of(ledger, "fox")

    with pytest.raises(NotFound) as seen:
        await archive.picture(BOB.id, number)
    with pytest.raises(NotFound) as favoured:
        await archive.favour(BOB.id, number, favourite=True)
    with pytest.raises(NotFound) as never:
        await archive.picture(BOB.id, number + 1)

    assert str(seen.value) == str(favoured.value)
    assert str(seen.value).replace(str(number), "N") == str(never.value).replace(
        str(number + 1), "N"
    )
    assert not await archive.remove(BOB.id, [number])
    assert not (await archive.picture(ALICE.id, number)).favourite
    assert await ledger.file((await archive.picture(ALICE.id, number)).file)


async def test_a_favourite_is_one_until_it_is_none(ledger: Ledger, archive: Archive) -> None:
    await painted_job(ledger, a_job(tiles=3))
    number = await number_of(ledger, "fox", 1)

    await archive.favour(ALICE.id, number, favourite=True)
    await archive.favour(ALICE.id, number, favourite=True)
    favourites = await archive.page(ALICE.id, Search(favourites=True))
    found = await archive.page(ALICE.id, Search(words="fox", seed=8, favourites=True))
    await archive.favour(ALICE.id, number, favourite=False)

    assert [picture.number for picture in favourites] == [number]
    assert [picture.favourite for picture in found] == [True]
    assert not await archive.page(ALICE.id, Search(favourites=True))
    assert len(await archive.page(ALICE.id, Search(words="fox"))) == 3


async def test_a_deleted_picture_is_gone_with_its_file(ledger: Ledger, archive: Archive) -> None:
    await painted_job(ledger, a_job(tiles=3))
    pictures = await ledger.pictures("fox")
    numbers = [picture.number for picture in pictures]

    removed = await archive.remove(ALICE.id, [numbers[0], numbers[2], 999])

    assert set(removed) == {numbers[0], numbers[2]}
    assert [picture.tile for picture in await ledger.pictures("fox")] == [1]
    assert [picture.tile for picture in await archive.page(ALICE.id, Search(words="fox"))] == [1]
    assert await ledger.painted(ALICE.id, pictures[0].recipe) is None
    for gone in (pictures[0], pictures[2]):
        with pytest.raises(NotFound):
            await ledger.file(gone.file)
    assert await ledger.file(pictures[1].file) == b"fox 1"


async def test_a_file_stays_with_the_last_picture_that_looks_like_it(
    ledger: Ledger, archive: Archive
) -> None:
    for name, owner in (("a", ALICE), ("b", BOB)):
        job = await begun_job(ledger, a_job(id=name, owner=owner))
        same = replace(pictures_of(job)[0], png=b"the same")
        await ledger.finish(name, job.attempt, [same], LATER)
    first, second = [(await ledger.pictures(name))[0] for name in "ab"]

    await archive.remove(ALICE.id, [first.number])
    kept = await ledger.file(second.file)
    await archive.remove(BOB.id, [second.number])

    assert kept == b"the same"
    with pytest.raises(NotFound):
        await ledger.file(second.file)


async def test_many_are_deleted_at_a_time(ledger: Ledger, archive: Archive) -> None:
    for job in range(16):
        await painted_job(ledger, a_job(id=f"job {job}", tiles=15))
    numbers = [picture.number for picture in await archive.page(ALICE.id, most=1000)]

    removed = await archive.remove(ALICE.id, numbers[:210])

    assert (len(numbers), len(removed)) == (240, 210)
    assert [picture.number for picture in await archive.page(ALICE.id, most=1000)] == numbers[210:]


async def test_only_the_owners_unfinished_jobs_are_theirs(shelf: Shelf) -> None:
    await shelf.ledger.record(a_job(id="queued"))
    await begun_job(shelf.ledger, a_job(id="painting"))
    await painted_job(shelf.ledger, a_job(id="done"))
    await shelf.ledger.record(a_job(id="bob's", owner=BOB, submitted=NOON - timedelta(days=1)))

    assert sorted(await shelf.archive.unfinished(ALICE.id)) == ["painting", "queued"]


async def begin_with(ledger: Ledger, id: str, owner: Owner, file: str) -> None:
    request = ImageRequest(prompt="a fox", image=file)
    await ledger.record(replace(a_job(id=id, owner=owner), request=request))


async def test_what_somebody_else_began_with_stays_while_they_wait_for_it(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(tiles=2))
    first, second = await ledger.pictures("fox")
    await begin_with(ledger, "waits", BOB, first.file)
    await begin_with(ledger, "over", BOB, second.file)
    await ledger.end("over", Status.CANCELLED, "", now=LATER)

    await archive.remove(ALICE.id, [first.number, second.number])

    assert await ledger.file(first.file) == b"fox 0"
    with pytest.raises(NotFound):
        await ledger.file(second.file)


async def test_what_a_job_is_about_to_begin_with_stays_until_it_has_ended(
    ledger: Ledger, archive: Archive
) -> None:
    await painted_job(ledger, a_job(tiles=2))
    first, second = await ledger.pictures("fox")
    await begin_with(ledger, "waits", ALICE, first.file)
    await begin_with(ledger, "over", ALICE, second.file)
    await ledger.end("over", Status.CANCELLED, "", now=LATER)

    await archive.remove(ALICE.id, [first.number, second.number])

    assert await ledger.file(first.file) == b"fox 0"
    with pytest.raises(NotFound):
        await ledger.file(second.file)
