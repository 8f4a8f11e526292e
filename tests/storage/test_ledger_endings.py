"""How a job ends, once and for all, in every ledger."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.archive import Archive
from engine.errors import Cancelled
from engine.job import Remembered, Status, Tile
from engine.phrase import Phrase
from engine.ports import Ledger
from tests.storage.samples import (
    A_FOX,
    ALICE,
    ENDED,
    LATER,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)


async def test_a_finished_job_has_its_pictures_in_order(ledger: Ledger) -> None:
    job = a_job(tiles=3)
    await begun_job(ledger, job)

    await ledger.finish("fox", 1, pictures_of(job, seconds=1.5), LATER)

    remembered = await ledger.pictures("fox")
    assert [await ledger.file(picture.file) for picture in remembered] == [
        b"fox 0",
        b"fox 1",
        b"fox 2",
    ]
    assert remembered[2] == Remembered(
        number=remembered[2].number,
        job="fox",
        tile=2,
        owner=ALICE.id,
        recipe=job.tiles[2].recipe,
        file=remembered[2].file,
        seconds=1.5,
        painted=LATER,
        notes=("slices",),
    )
    done = await ledger.job("fox")
    assert (done.status, done.spent) == (Status.DONE, 4.5)


async def test_a_picture_has_the_number_of_its_tile(ledger: Ledger) -> None:
    job = replace(a_job(), tiles=(Tile(index=2, recipe=A_FOX),))

    await painted_job(ledger, job)

    [picture] = await ledger.pictures("fox")
    assert picture.tile == 2


async def test_finishing_again_changes_nothing(ledger: Ledger) -> None:
    job = a_job()
    await painted_job(ledger, job)
    pictures, done = await ledger.pictures("fox"), await ledger.job("fox")

    await ledger.finish("fox", 1, pictures_of(job, seconds=99), LATER + timedelta(hours=1))

    assert await ledger.pictures("fox") == pictures
    assert await ledger.job("fox") == done


async def test_finishing_at_the_same_moment_counts_once(ledger: Ledger) -> None:
    job = a_job(tiles=2)
    await begun_job(ledger, job)

    await asyncio.gather(*[ledger.finish("fox", 1, pictures_of(job), LATER) for _ in range(4)])

    assert len(await ledger.pictures("fox")) == 2
    assert (await ledger.job("fox")).spent == 3.0


@pytest.mark.parametrize("status", ENDED)
async def test_finishing_what_ended_leaves_no_picture(
    ledger: Ledger, archive: Archive, status: Status
) -> None:
    await begun_job(ledger, a_job())
    await ledger.end("fox", status, "the end", now=LATER)

    with pytest.raises(Cancelled, match=status):
        await ledger.finish("fox", 1, pictures_of(a_job()), LATER)

    assert (await ledger.job("fox")).status == status
    assert not await ledger.pictures("fox")
    assert not await archive.page(ALICE.id)


async def test_either_the_picture_or_the_cancel_wins(ledger: Ledger) -> None:
    names = [f"job {n}" for n in range(8)]
    for name in names:
        await begun_job(ledger, a_job(id=name))

    for name in names:
        finished, cancelled = await asyncio.gather(
            ledger.finish(name, 1, pictures_of(a_job(id=name)), LATER),
            ledger.end(name, Status.CANCELLED, "", now=LATER),
            return_exceptions=True,
        )

        has_picture = bool(await ledger.pictures(name))
        assert cancelled is not has_picture
        assert isinstance(finished, Cancelled) is not has_picture


async def test_too_few_pictures_finish_nothing(ledger: Ledger) -> None:
    begun = await begun_job(ledger, a_job(tiles=2))

    with pytest.raises(ValueError, match="shorter"):
        await ledger.finish("fox", 1, pictures_of(begun)[:1], LATER)

    assert await ledger.job("fox") == begun
    assert not await ledger.pictures("fox")


@pytest.mark.parametrize("status", ENDED)
async def test_a_job_ends_once(ledger: Ledger, status: Status) -> None:
    await ledger.record(a_job())

    first = await ledger.end("fox", status, "too dark", now=LATER)
    second = await ledger.end("fox", Status.FAILED, "too late", now=LATER)

    assert (first, second) == (True, False)
    assert await ledger.job("fox") == replace(a_job(), status=status, problem="too dark")


async def test_a_problem_keeps_what_other_languages_need_of_it(ledger: Ledger) -> None:
    await ledger.record(a_job())
    problem = Phrase("Too {how}: {mend}", how="dark", mend=Phrase("Wait {hours} h.", hours=2))

    await ledger.end("fox", Status.FAILED, problem, now=LATER)
    kept = (await ledger.job("fox")).problem

    assert isinstance(kept, Phrase)
    assert kept == "Too dark: Wait 2 h."
    assert (kept.sentence, kept.values) == (problem.sentence, problem.values)


async def test_what_is_done_does_not_end(ledger: Ledger) -> None:
    await painted_job(ledger, a_job())

    ended = await ledger.end("fox", Status.CANCELLED, "", now=LATER)

    assert not ended
    assert (await ledger.job("fox")).status == Status.DONE


@pytest.mark.parametrize("status", [Status.DONE, Status.PAINTING, Status.QUEUED])
async def test_a_job_ends_failed_or_cancelled(ledger: Ledger, status: Status) -> None:
    await ledger.record(a_job())

    with pytest.raises(ValueError, match=status):
        await ledger.end("fox", status, "", now=LATER)

    assert await ledger.job("fox") == a_job()


async def test_a_job_that_ends_early_keeps_what_is_finished(
    ledger: Ledger, archive: Archive
) -> None:
    job = a_job(tiles=3)
    await begun_job(ledger, job)
    _, second, third = pictures_of(job)

    ended = await ledger.end(
        "fox", Status.CANCELLED, "", now=LATER, spent=3.0, pictures={2: third, 1: second}
    )

    kept = await ledger.pictures("fox")
    assert ended
    assert [(one.tile, one.recipe) for one in kept] == [
        (tile.index, tile.recipe) for tile in job.tiles[1:]
    ]
    assert [await ledger.file(one.file) for one in kept] == [b"fox 1", b"fox 2"]
    assert len(await archive.page(ALICE.id)) == 2


async def test_what_had_ended_keeps_nothing_more(ledger: Ledger) -> None:
    job = a_job()
    await begun_job(ledger, job)
    await ledger.end("fox", Status.CANCELLED, "", now=LATER)

    again = await ledger.end(
        "fox", Status.CANCELLED, "", now=LATER, pictures={0: pictures_of(job)[0]}
    )

    assert not again
    assert not await ledger.pictures("fox")
