"""What no well-meaning person sends: every ledger keeps it whole, or keeps its head."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.archive import Archive
from engine.job import Owner, Status, Tile
from engine.ports import Ledger
from engine.request import ImageRequest
from tests.storage.samples import A_FOX, ALICE, BOB, LATER, NOON, a_job, painted_job

TRICKS = [
    "'; DROP TABLE jobs; --",
    '" OR 1=1 --',
    "%",
    "_",
    "a%fox",
    "100 % \\% \\_ \\\\ [a-z]",
    "${jndi} {{7*7}} %s %(name)s :name ? $1 @name",
    "\\x00 \\u0000 \\ud800",
    "null",
    "NaN",
    "🦊" * 500,
    "e\u0301 and é",
    "\u202eright to left",
    "\r\n\t\x01\x1b\x7f\ufffe\ufeff",
]
NO_TEXT = ["a\x00b", "\x00", "half \ud83e of a fox", "\udc80", "\udd8a\ud83e"]
HUGE = [2**31, 2**53 + 1, 2**63, 2**64 + 1]


@pytest.mark.parametrize("trick", TRICKS)
async def test_what_looks_like_a_command_is_only_a_text(
    ledger: Ledger, archive: Archive, trick: str
) -> None:
    recipe = replace(A_FOX, prompt=trick, negative=trick, model=trick)
    job = replace(
        a_job(id=f"id {trick}", key=trick, owner=Owner(id=f"web:{trick}", name=trick)),
        request=ImageRequest(prompt=trick, negative=trick) if trick.strip() else a_job().request,
        tiles=(Tile(index=0, recipe=recipe),),
        origin=trick,
    )
    await painted_job(ledger, a_job(id="other", key="other"))

    await painted_job(ledger, job)

    kept = await ledger.job(job.id)
    assert (kept.owner, kept.key, kept.origin) == (job.owner, trick, trick)
    assert (kept.request, kept.tiles) == (job.request, job.tiles)
    assert [picture.job for picture in await archive.page(job.owner.id)] == [job.id]
    found = await ledger.painted(job.owner.id, recipe)
    assert found is not None
    assert found.job == job.id
    assert await ledger.seen(ALICE.id, trick) is None
    assert (await ledger.job("other")).status == Status.DONE


@pytest.mark.parametrize("word", NO_TEXT)
async def test_what_is_no_text_keeps_no_job_from_ending(
    ledger: Ledger, archive: Archive, word: str
) -> None:
    job = replace(a_job(key=word, owner=Owner(id=f"web:{word}", name=word)), origin=word)

    await ledger.record(job)
    ended = await ledger.end("fox", Status.FAILED, f"cannot read {word}", now=LATER)

    assert ended
    kept = await ledger.job("fox")
    assert kept.problem.startswith("cannot read ")
    assert (await ledger.record(replace(job, id="again"))).id == "fox"
    assert not await archive.page(f"web:{word}")


@pytest.mark.parametrize("word", NO_TEXT)
async def test_what_is_no_text_can_stand_in_a_recipe(ledger: Ledger, word: str) -> None:
    recipe = replace(A_FOX, prompt=word, hand=word)
    job = replace(a_job(), tiles=(Tile(index=0, recipe=recipe),))

    await painted_job(ledger, job)

    assert (await ledger.job("fox")).tiles == job.tiles
    found = await ledger.painted(ALICE.id, recipe)
    assert found is not None
    assert found.recipe == recipe


@pytest.mark.parametrize("number", HUGE)
async def test_a_huge_number_is_kept_to_its_last_digit(
    ledger: Ledger, archive: Archive, number: int
) -> None:
    owner = Owner(id=f"discord:{number}", name=str(number))
    recipe = replace(A_FOX, seed=number, variation_seed=number + 1)
    job = replace(
        a_job(id=str(number), key=f"discord:{number}", owner=owner),
        tiles=(Tile(index=0, recipe=recipe),),
    )

    await painted_job(ledger, job)

    assert (await ledger.job(str(number))).tiles == job.tiles
    assert [picture.recipe for picture in await archive.page(owner.id)] == [recipe]
    assert not await archive.page(f"discord:{number - 1}")


async def test_a_clock_that_goes_backwards_loses_nothing(ledger: Ledger, archive: Archive) -> None:
    for step in range(6):
        then = LATER - timedelta(days=step)
        await painted_job(ledger, a_job(id=f"job {step}", submitted=NOON), painted=then)
    await painted_job(ledger, a_job(id="bob's", owner=BOB, submitted=LATER), painted=NOON)

    first = await archive.page(ALICE.id, most=4)
    rest = await archive.page(ALICE.id, before=first[-1].number, most=4)

    assert [picture.job for picture in [*first, *rest]] == [
        f"job {step}" for step in range(5, -1, -1)
    ]
    assert len(await archive.page(BOB.id)) == 1


async def test_jobs_of_the_same_moment_are_all_kept(ledger: Ledger) -> None:
    await asyncio.gather(*[ledger.record(a_job(id=f"job {step}")) for step in range(20)])

    unfinished = await ledger.unfinished()

    assert [job.id for job in unfinished] == sorted(f"job {step}" for step in range(20))
