"""Who may paint a job, for how long, and what becomes of it when that painter is gone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.errors import Cancelled, NotFound, TakenOver
from engine.job import Status
from engine.lease import MOST_ATTEMPTS
from engine.outline import outline_of
from engine.ports import Ledger
from tests.storage.samples import (
    ENDED,
    LATER,
    MUCH_LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)

AFTER = LATER + timedelta(microseconds=1)


async def lost_job(ledger: Ledger, id: str = "fox", *, attempts: int = 1) -> None:
    """One whose painter went away so often."""
    await ledger.record(a_job(id=id))
    for _ in range(attempts - 1):
        await ledger.begin(id, "a painter", LATER)
        await ledger.take_back(AFTER)
    await ledger.begin(id, "a painter", LATER)


async def test_beginning_counts_the_attempts(ledger: Ledger) -> None:
    await ledger.record(a_job())

    first = await ledger.begin("fox", "a painter", LATER)
    await ledger.take_back(AFTER)
    second = await ledger.begin("fox", "another", MUCH_LATER)

    assert first == replace(a_job(), status=Status.PAINTING, attempt=1)
    assert second == replace(a_job(), status=Status.PAINTING, attempt=2)
    assert await ledger.job("fox") == second


async def test_of_several_painters_one_begins(ledger: Ledger) -> None:
    await ledger.record(a_job())

    outcomes = await asyncio.gather(
        *[ledger.begin("fox", f"painter {n}", LATER) for n in range(8)], return_exceptions=True
    )

    assert sum(isinstance(outcome, NotFound) for outcome in outcomes) == 7
    assert (await ledger.job("fox")).attempt == 1


@pytest.mark.parametrize("status", ENDED)
async def test_what_ended_is_not_begun(ledger: Ledger, status: Status) -> None:
    await ledger.record(a_job())
    await ledger.end("fox", status, "the end", now=LATER)

    with pytest.raises(NotFound):
        await ledger.begin("fox", "a painter", LATER)

    job = await ledger.job("fox")
    assert (job.status, job.attempt) == (status, 0)


async def test_what_is_done_is_not_begun(ledger: Ledger) -> None:
    await painted_job(ledger, a_job())

    with pytest.raises(NotFound):
        await ledger.begin("fox", "a painter", LATER)


async def test_a_released_job_waits_again_and_the_attempt_does_not_count(ledger: Ledger) -> None:
    await begun_job(ledger, a_job())

    await ledger.release("fox", 1)
    await ledger.release("fox", 1)

    assert await ledger.job("fox") == a_job()


async def test_who_lost_a_job_cannot_release_it(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=2)

    await ledger.release("fox", 1)

    job = await ledger.job("fox")
    assert (job.status, job.attempt) == (Status.PAINTING, 2)


async def test_what_ended_is_not_released(ledger: Ledger) -> None:
    await begun_job(ledger, a_job())
    await ledger.end("fox", Status.CANCELLED, "", now=LATER)

    await ledger.release("fox", 1)

    assert (await ledger.job("fox")).status == Status.CANCELLED


async def test_a_lease_that_runs_is_left_alone(ledger: Ledger) -> None:
    await begun_job(ledger, a_job(), until=LATER)

    taken = await ledger.take_back(LATER)

    assert not taken
    assert (await ledger.job("fox")).status == Status.PAINTING


async def test_a_lease_that_ran_out_is_taken_back_once(ledger: Ledger) -> None:
    await begun_job(ledger, a_job(), until=LATER)

    taken = await ledger.take_back(AFTER)
    again = await ledger.take_back(AFTER)

    assert taken == [outline_of(replace(a_job(), attempt=1))]
    assert not again
    assert await ledger.unfinished() == taken


async def test_several_who_take_back_get_each_job_once(ledger: Ledger) -> None:
    for number in range(6):
        await begun_job(ledger, a_job(id=f"job {number}"), until=LATER)

    taken = await asyncio.gather(*[ledger.take_back(AFTER) for _ in range(4)])

    assert sorted(job.id for jobs in taken for job in jobs) == [f"job {n}" for n in range(6)]


async def test_what_is_taken_back_comes_oldest_first(ledger: Ledger) -> None:
    for name, minute in [("c", 2), ("a", 3), ("b", 1)]:
        job = a_job(id=name, submitted=NOON + timedelta(minutes=minute))
        await begun_job(ledger, job, until=LATER)

    assert [job.id for job in await ledger.take_back(AFTER)] == ["b", "c", "a"]


async def test_a_sign_of_life_keeps_the_lease(ledger: Ledger) -> None:
    await begun_job(ledger, a_job(), until=LATER)

    held = await ledger.beat({"fox": 1}, MUCH_LATER)

    assert held == {"fox"}
    assert not await ledger.take_back(AFTER)


async def test_who_lost_a_job_is_told_at_the_next_sign_of_life(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=2)

    assert not await ledger.beat({"fox": 1}, MUCH_LATER)
    assert await ledger.beat({"fox": 2}, MUCH_LATER)


async def test_one_sign_of_life_is_for_many_jobs(ledger: Ledger) -> None:
    await lost_job(ledger, "lost", attempts=2)
    for name in ("fox", "hen", "other's"):
        await begun_job(ledger, a_job(id=name), until=LATER)

    held = await ledger.beat({"fox": 1, "hen": 1, "lost": 1, "ghost": 1}, MUCH_LATER)

    assert held == {"fox", "hen"}
    assert {job.id for job in await ledger.take_back(AFTER)} == {"lost", "other's"}


@pytest.mark.parametrize("status", ENDED)
async def test_what_ended_gives_no_sign_of_life(ledger: Ledger, status: Status) -> None:
    await begun_job(ledger, a_job())
    await ledger.end("fox", status, "", now=LATER)

    assert not await ledger.beat({"fox": 1}, MUCH_LATER)


async def test_who_lost_a_job_stores_nothing(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=2)

    with pytest.raises(TakenOver):
        await ledger.finish("fox", 1, pictures_of(a_job()), LATER)

    assert (await ledger.job("fox")).status == Status.PAINTING
    assert not await ledger.pictures("fox")


async def test_who_lost_a_job_stores_nothing_while_it_waits_again(ledger: Ledger) -> None:
    await lost_job(ledger)
    await ledger.take_back(AFTER)

    with pytest.raises(TakenOver):
        await ledger.finish("fox", 1, pictures_of(a_job()), LATER)

    assert (await ledger.job("fox")).status == Status.QUEUED


async def test_who_comes_too_late_with_a_result_changes_nothing(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=2)
    await ledger.finish("fox", 2, pictures_of(a_job(), seconds=2), LATER)
    done, pictures = await ledger.job("fox"), await ledger.pictures("fox")

    with pytest.raises(TakenOver):
        await ledger.finish("fox", 1, pictures_of(a_job(), seconds=1), MUCH_LATER)

    assert await ledger.job("fox") == done
    assert await ledger.pictures("fox") == pictures


async def test_who_lost_a_job_cannot_end_it(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=2)

    ended = await ledger.end("fox", Status.FAILED, "no paint", now=LATER, attempt=1)

    assert not ended
    assert (await ledger.job("fox")).status == Status.PAINTING


async def test_who_paints_a_job_can_end_it(ledger: Ledger) -> None:
    await begun_job(ledger, a_job())

    ended = await ledger.end("fox", Status.FAILED, "no paint", now=LATER, attempt=1)

    assert ended
    assert (await ledger.job("fox")).problem == "no paint"


async def test_the_third_painter_that_goes_away_is_the_last(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=3)

    [given_up] = await ledger.take_back(AFTER)

    assert (given_up.status, given_up.attempt) == (Status.FAILED, 3)
    assert "3 times" in (await ledger.job("fox")).problem
    assert outline_of(await ledger.job("fox")) == given_up
    assert (await ledger.job("fox")).spent == 0
    with pytest.raises(Cancelled, match="failed"):
        await ledger.finish("fox", 3, pictures_of(a_job()), LATER)


async def test_what_a_program_held_that_is_gone_comes_back_before_its_lease_ends(
    ledger: Ledger,
) -> None:
    lost, kept = a_job(id="lost"), a_job(id="kept")
    for job, worker in ((lost, "gone"), (kept, "here")):
        await ledger.record(job)
        await ledger.begin(job.id, worker, MUCH_LATER)

    assert await ledger.workers() == {"gone", "here"}
    back = await ledger.take_back(NOON, ["gone"])

    assert [(job.id, job.status, job.attempt) for job in back] == [("lost", Status.QUEUED, 1)]
    assert (await ledger.job("kept")).status is Status.PAINTING
    assert await ledger.workers() == {"here"}


async def test_a_job_that_is_begun_meanwhile_is_not_overlooked(ledger: Ledger) -> None:
    await ledger.record(a_job())

    async def hand_round() -> None:
        for _ in range(40):
            await ledger.begin("fox", "a painter", LATER)
            await ledger.release("fox", 1)

    handing = asyncio.create_task(hand_round())
    seen = []
    while not handing.done():
        seen.append([job.id for job in await ledger.unfinished()])
    await handing

    assert set(map(tuple, seen)) == {("fox",)}


async def test_what_its_painter_lost_waits_again_and_counts_as_an_attempt(ledger: Ledger) -> None:
    await begun_job(ledger, a_job())

    await ledger.lose("fox", 1, NOON)
    await ledger.lose("fox", 1, NOON)

    assert await ledger.unfinished() == [outline_of(replace(a_job(), attempt=1))]
    assert (await ledger.begin("fox", "another", LATER)).attempt == 2


async def test_whoever_has_a_job_now_does_not_lose_it_with_an_earlier_attempt(
    ledger: Ledger,
) -> None:
    await lost_job(ledger, attempts=2)

    await ledger.lose("fox", 1, NOON)
    await ledger.lose("nobody's", 1, NOON)

    assert (await ledger.job("fox")).status == Status.PAINTING


async def test_what_was_lost_for_the_last_time_is_given_up_and_told(ledger: Ledger) -> None:
    await lost_job(ledger, attempts=MOST_ATTEMPTS)

    await ledger.lose("fox", MOST_ATTEMPTS, NOON)

    job = await ledger.job("fox")
    assert (job.status, job.cost) == (Status.FAILED, 0)
    assert "3 times" in job.problem
    assert not await ledger.unfinished()


async def test_the_line_is_told_what_a_job_is_painted_with(ledger: Ledger) -> None:
    await ledger.record(a_job())

    [waiting] = await ledger.unfinished()

    assert waiting.model == a_job().tiles[0].recipe.model != ""
