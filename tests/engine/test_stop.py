"""A line that ends: what was begun is finished or put back, and nothing new is begun."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from engine.allowance import UNLIMITED
from engine.errors import Stopping
from engine.gate import Gate
from engine.job import Job, Owner, Picture, Status
from engine.request import ImageRequest
from engine.tally import Tally
from engine.whole import whole
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until

ALICE, BOB = Owner(id="alice"), Owner(id="bob")


async def ask(house: House, prompt: str, owner: Owner = ALICE, count: int = 1) -> Job:
    ticket = await house.studio.submit(ImageRequest(prompt=prompt, count=count), owner)
    return ticket.job


async def state(house: House, job: Job) -> tuple[Status, int]:
    known = await house.ledger.job(job.id)
    return known.status, known.attempt


class SlowLedger(MemoryLedger):
    """Stores a result once it may."""

    def __init__(self) -> None:
        super().__init__()
        self.storing, self.may = asyncio.Event(), asyncio.Event()

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        self.storing.set()
        await self.may.wait()
        await super().finish(job, attempt, pictures, now, tally)


async def test_a_job_that_was_begun_is_finished_with_all_its_tiles_and_no_other_is_begun() -> None:
    async with open_house(seats=2) as house:
        begun = await ask(house, "a fox", count=3)
        later = await ask(house, "a hen")
        other = await ask(house, "a cat", BOB)
        await until(lambda: bool(house.painter.painting))

        house.line.end()
        house.painter.gate.set()
        await house.line.stop.done.wait()
        await house.running

        assert await state(house, begun) == (Status.DONE, 1)
        assert await state(house, later) == (Status.QUEUED, 0)
        assert await state(house, other) == (Status.QUEUED, 0)
        assert {recipe.prompt for recipe in house.painter.painting} == {"a fox"}


async def test_where_nothing_is_painted_it_is_done_at_once() -> None:
    async with open_house(seats=1) as house:
        house.line.gate = Gate.PAUSED
        waits = await ask(house, "a fox")

        house.line.end()
        await house.line.stop.done.wait()

        assert await state(house, waits) == (Status.QUEUED, 0)


async def test_what_takes_too_long_goes_back_without_an_attempt() -> None:
    async with open_house() as house:
        job = await ask(house, "a fox", count=3)
        await until(lambda: len(house.painter.painting) == 2)
        house.line.end()
        await asyncio.sleep(0)
        assert not house.line.stop.done.is_set()

        house.line.end(overdue=True)
        await house.line.stop.done.wait()

        assert await state(house, job) == (Status.QUEUED, 0)
        assert len(house.painter.withdrawn) == 2


async def test_what_is_begun_of_a_paused_queue_goes_back() -> None:
    async with open_house(seats=1) as house:
        job = await ask(house, "a fox", count=2)
        await until(lambda: bool(house.painter.painting))
        house.line.gate = Gate.PAUSED

        house.line.end()
        house.painter.gate.set()
        await house.line.stop.done.wait()

        assert await state(house, job) == (Status.QUEUED, 0)


@pytest.mark.parametrize("in_order", [True, False])
async def test_a_result_that_is_being_stored_is_stored_whole_and_told(in_order: bool) -> None:
    ledger = SlowLedger()
    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        job = ticket.job
        house.painter.gate.set()
        await ledger.storing.wait()

        if in_order:
            house.line.end(overdue=True)
        else:
            house.running.cancel()
        await asyncio.sleep(0)
        ledger.may.set()
        await asyncio.wait([house.running])

        assert await state(house, job) == (Status.DONE, 1)
        assert len(await ledger.pictures(job.id)) == 1
        assert ticket.ended
        assert not house.line.knows(job.id)


async def test_nothing_new_is_taken_in_but_what_was_asked_before_is_known() -> None:
    async with open_house() as house:
        request = ImageRequest(prompt="a fox", seed=7)
        before = await house.studio.submit(request, ALICE, key="once")
        house.line.end()

        again = await house.studio.submit(request, ALICE, key="once")
        with pytest.raises(Stopping, match="being stopped"):
            await house.studio.submit(request, BOB)

        assert again.job.id == before.job.id


async def test_whole_answers_and_fails_like_what_it_waits_for() -> None:
    async def fail() -> None:
        raise ValueError("no")

    assert await whole(asyncio.sleep(0, "yes")) == "yes"
    with pytest.raises(ValueError, match="no"):
        await whole(fail())


async def test_an_owner_whose_turn_it_is_not_can_be_served() -> None:
    two_at_a_time = replace(UNLIMITED, most_running=2)
    async with open_house(working=False, allowance=two_at_a_time) as house:
        await ask(house, "a fox")
        await ask(house, "a hen", BOB)
        await ask(house, "a cat", BOB)
        await ask(house, "a dog", BOB)
        queue = house.line.queue

        first = queue.next_of(BOB.id)
        taken = [queue.take(0.0, of=BOB.id), queue.take(0.0, of=BOB.id)]

        assert taken[0] == first
        assert [entry.owner for entry in taken if entry] == [BOB.id, BOB.id]
        assert queue.next_of(BOB.id) is None
        assert queue.take(0.0, of=BOB.id) is None
        assert queue.take(0.0, of="nobody") is None
        assert len(queue) == 2
