"""What the queue is told of those who wait, in every ledger, and what may never be counted."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from math import inf, nan

import pytest

from engine.errors import InvalidRequest
from engine.job import Owner, Status
from engine.outline import Outline, outline_of
from engine.ports import Ledger
from engine.tally import Move, Tally
from tests.storage.samples import ALICE, BOB, LATER, NOON, a_job, begun_job, pictures_of


async def test_a_job_waits_in_outline(ledger: Ledger) -> None:
    job = replace(a_job(tiles=3, price=7.5), origin="page", tier=-2, clock=3 * 10**15)
    await ledger.record(job)

    assert await ledger.unfinished() == [outline_of(job)]


async def test_those_who_wait_come_in_pages_and_each_of_them_once(ledger: Ledger) -> None:
    for number in range(7):
        moment = NOON + timedelta(seconds=number // 3)
        await ledger.record(a_job(id=f"job {number}", submitted=moment))
    await ledger.begin("job 2", "a painter", LATER)

    found: list[Outline] = []
    while page := await ledger.unfinished(after=found[-1] if found else None, most=2):
        assert len(page) <= 2
        found += page

    assert [job.id for job in found] == [f"job {number}" for number in range(7)]
    assert [job.status for job in found].count(Status.PAINTING) == 1


async def test_who_owes_nothing_and_waits_for_nothing_is_not_told_of(ledger: Ledger) -> None:
    await ledger.record(a_job(owner=BOB))
    told = [
        Tally(owner=ALICE.id, tier=0, clock=50, finish=50, served=1.5),
        Tally(owner=BOB.id, tier=0, clock=40, finish=30),
        Tally(owner="discord:3", tier=1, clock=7, finish=8),
    ]

    await ledger.keep_tallies(told, [])

    clocks, tallies = await ledger.tallies()
    assert clocks == {0: 50, 1: 7}
    assert tallies == [replace(told[1], clock=50), told[2]]


async def test_of_two_programs_the_one_that_is_further_counts(ledger: Ledger) -> None:
    far = Tally(owner=ALICE.id, tier=0, clock=50, finish=90, served=8.5)
    behind = Tally(owner=ALICE.id, tier=0, clock=20, finish=60, served=3.5)

    for tally in (behind, far, behind, replace(behind, served=None)):
        await ledger.keep_tallies([tally], [])

    assert await ledger.tallies() == ({0: 50}, [far])


async def test_in_another_tier_only_what_is_known_last_counts(ledger: Ledger) -> None:
    before = Tally(owner=ALICE.id, tier=0, clock=50, finish=90, served=8.5)
    after = Tally(owner=ALICE.id, tier=1, clock=2, finish=42, served=8.5)

    for tally in (before, after):
        await ledger.keep_tallies([tally], [])

    assert await ledger.tallies() == ({0: 50, 1: 2}, [after])


async def test_who_moves_takes_along_the_jobs_that_have_not_ended(ledger: Ledger) -> None:
    for name in ("waits", "painted", "over"):
        await ledger.record(replace(a_job(id=name), clock=50))
    await ledger.record(replace(a_job(id="bob's", owner=BOB), clock=50))
    await ledger.record(replace(a_job(id="later"), tier=1, clock=20))
    await ledger.begin("painted", "a painter", LATER)
    await ledger.end("over", Status.CANCELLED, "", now=LATER)
    move = Move(owner=ALICE.id, before=0, after=1, ahead=-30)

    for _ in range(2):
        await ledger.keep_tallies([], [move])

    moved = {
        name: await ledger.job(name) for name in ("waits", "painted", "over", "bob's", "later")
    }
    assert {name: (job.tier, job.clock) for name, job in moved.items()} == {
        "waits": (1, 20),
        "painted": (1, 20),
        "over": (0, 50),
        "bob's": (0, 50),
        "later": (1, 20),
    }


async def test_a_tally_is_kept_with_what_it_belongs_to(ledger: Ledger) -> None:
    def tally(finish: int) -> Tally:
        return Tally(owner=ALICE.id, tier=0, clock=1, finish=finish)

    async def finish() -> int:
        return (await ledger.tallies())[1][0].finish

    await ledger.record(a_job())
    await ledger.record(a_job(id="hen"))
    await ledger.begin("fox", "a painter", LATER, tally(10))
    begun = await finish()
    await ledger.finish("fox", 1, pictures_of(a_job()), LATER, tally(20))
    finished = await finish()
    await ledger.end("hen", Status.CANCELLED, "", now=LATER, tally=tally(30))

    assert (begun, finished, await finish()) == (10, 20, 30)


async def test_many_who_tell_of_the_same_owners_never_wait_for_each_other(ledger: Ledger) -> None:
    def told(owner: str, clock: int) -> Tally:
        return Tally(owner=owner, tier=clock % 2, clock=clock, finish=10**6 + clock)

    for number in range(20):
        await ledger.record(a_job(id=f"job {number}"))
    owners = ["ann", "bob", "cat", "dan"]
    some = [owners[number % 4 :] + owners[: number % 4] for number in range(20)]

    await asyncio.gather(
        *[
            ledger.keep_tallies([told(owner, 100 + number) for owner in some[number]], [])
            for number in range(20)
        ],
        *[
            ledger.begin(f"job {number}", "a painter", LATER, told(owners[number % 4], number))
            for number in range(20)
        ],
    )

    assert (await ledger.tallies())[0] == {0: 118, 1: 119}


async def test_many_who_move_the_same_owners_never_wait_for_each_other(ledger: Ledger) -> None:
    owners = ["ann", "bob", "cat", "dan"]
    for owner in owners:
        for number in range(5):
            await ledger.record(a_job(id=f"{owner} {number}", owner=Owner(id=owner)))
    some = [owners[number % 4 :] + owners[: number % 4] for number in range(20)]

    await asyncio.gather(
        *[
            ledger.keep_tallies(
                [],
                [
                    move
                    for owner in some[number]
                    for move in (
                        Move(owner=owner, before=0, after=1, ahead=5),
                        Move(owner=owner, before=1, after=0, ahead=2),
                    )
                ],
            )
            for number in range(20)
        ]
    )

    assert {(job.tier, job.clock) for job in await ledger.unfinished()} == {(0, 20 * 7)}


async def test_who_lost_a_job_keeps_no_tally(ledger: Ledger) -> None:
    await begun_job(ledger, a_job())
    lost = Tally(owner=ALICE.id, tier=0, clock=1, finish=10)

    assert not await ledger.end("fox", Status.FAILED, "", now=LATER, attempt=9, tally=lost)

    assert await ledger.tallies() == ({}, [])


async def test_numbers_beyond_what_a_database_counts_break_nothing(ledger: Ledger) -> None:
    far = Tally(owner=ALICE.id, tier=0, clock=10**30, finish=10**31)

    await ledger.record(replace(a_job(), clock=10**30))
    await ledger.keep_tallies([far], [Move(owner=ALICE.id, before=3, after=4, ahead=-(10**30))])

    [job] = await ledger.unfinished()
    clocks, [tally] = await ledger.tallies()
    assert min(job.clock, clocks[0], tally.finish) >= 2**62


@pytest.mark.parametrize("nonsense", [nan, inf, -inf, -1.0])
async def test_a_price_that_is_none_is_refused_and_nothing_recorded(
    ledger: Ledger, nonsense: float
) -> None:
    with pytest.raises(InvalidRequest, match="no amount"):
        await ledger.record(a_job(price=nonsense))

    assert await ledger.unfinished() == []


@pytest.mark.parametrize("nonsense", [nan, inf, -inf, -1.0])
async def test_a_cost_that_is_none_ends_nothing(ledger: Ledger, nonsense: float) -> None:
    job = await begun_job(ledger, a_job())

    with pytest.raises(InvalidRequest, match="no amount"):
        await ledger.finish("fox", 1, pictures_of(job, seconds=nonsense), LATER)
    with pytest.raises(InvalidRequest, match="no amount"):
        await ledger.end("fox", Status.CANCELLED, "", now=LATER, spent=nonsense)

    assert await ledger.job("fox") == job
    assert not await ledger.pictures("fox")
