"""What people can ask of the studio."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from engine.allowance import UNLIMITED, Allowance
from engine.errors import (
    InvalidRequest,
    PaintingFailed,
    QueueFull,
    QuotaExceeded,
    StorageFailed,
)
from engine.gate import Gate
from engine.job import Job, Status
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import FullDisk, open_house, price_of, until
from tests.fakes import a_png
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox", seed=7)


async def test_a_request_becomes_a_picture_in_history() -> None:
    async with open_house() as house:
        house.painter.gate.set()

        ticket = await house.studio.submit(A_FOX, ALICE)
        pictures = await ticket.pictures()

        (remembered,) = await house.ledger.pictures(ticket.job.id)
        assert remembered.recipe == pictures[0].recipe
        assert (await house.ledger.job(ticket.job.id)).status == Status.DONE


async def test_two_hurried_clicks_count_as_two() -> None:
    price = (await price_of(A_FOX)) * 1.5
    async with open_house(allowance=replace(UNLIMITED, per_day=price), working=False) as house:
        clicks = [house.studio.submit(A_FOX, ALICE) for _ in range(2)]

        outcomes = await asyncio.gather(*clicks, return_exceptions=True)

        assert sum(isinstance(outcome, QuotaExceeded) for outcome in outcomes) == 1


class SlowAnswer(MemoryLedger):
    """A ledger whose answer takes longer than its writing."""

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        recorded = await super().record(job, allowance, now)
        for _ in range(100):  # others are done with all that they can do meanwhile
            await asyncio.sleep(0)
        return recorded


async def test_giving_up_while_asking_leaves_no_job_that_nobody_paints() -> None:
    async with open_house(ledger=SlowAnswer(), working=False) as house:
        asking = asyncio.create_task(house.studio.submit(A_FOX, ALICE))
        await until(lambda: bool(house.ledger.jobs))

        asking.cancel()
        await until(lambda: bool(house.line.jobs))

        assert len(house.line.queue) == 1


async def test_giving_up_while_asking_is_no_way_to_have_more_waiting() -> None:
    one = replace(UNLIMITED, most_waiting=1)
    async with open_house(ledger=SlowAnswer(), allowance=one, working=False) as house:
        asking = asyncio.create_task(house.studio.submit(A_FOX, ALICE))
        await until(lambda: bool(house.ledger.jobs))
        asking.cancel()

        with pytest.raises(QuotaExceeded, match="1 job waiting"):
            await house.studio.submit(A_FOX, ALICE)


async def test_a_full_disk_keeps_a_waiting_job_in_line() -> None:
    ledger = FullDisk()
    async with open_house(ledger=ledger, working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        ledger.full = True

        with pytest.raises(StorageFailed):
            await house.studio.cancel(ticket.job.id, ALICE)

        assert len(house.line.queue) == 1
        assert not ticket.ended


@pytest.mark.parametrize(
    ("allowance", "mend"),
    [
        (replace(UNLIMITED, largest_pixels=200 * 200), "256|pixels"),
        (replace(UNLIMITED, most_steps=5), "That is 6 steps"),
    ],
)
async def test_what_is_allowed_counts_for_the_finished_picture(
    allowance: Allowance, mend: str
) -> None:
    larger = ImageRequest(prompt="a fox", upscale=2, redraw=0.5)
    async with open_house(allowance=allowance, working=False) as house:
        await house.studio.submit(A_FOX, BOB)

        with pytest.raises(InvalidRequest, match=mend):
            await house.studio.submit(larger, BOB)


async def test_as_many_jobs_wait_as_the_allowance_says_however_many_pictures_they_are() -> None:
    few = replace(UNLIMITED, most_waiting=2)
    async with open_house(allowance=few, working=False) as house:
        await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)
        await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(QuotaExceeded, match="2 jobs waiting"):
            await house.studio.submit(A_FOX, ALICE)


async def test_a_job_waits_no_more_once_its_first_picture_is_painted() -> None:
    one = replace(UNLIMITED, most_waiting=1)
    async with open_house(allowance=one, seats=1) as house:
        await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)
        await until(lambda: bool(house.painter.painting))

        await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(QuotaExceeded, match="1 job waiting"):
            await house.studio.submit(A_FOX, ALICE)


async def test_a_job_that_was_withdrawn_leaves_its_place_to_another() -> None:
    one = replace(UNLIMITED, most_waiting=1)
    async with open_house(allowance=one, working=False) as house:
        herd = await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)

        await house.studio.cancel(herd.job.id, ALICE)

        assert await house.studio.submit(A_FOX, ALICE)


async def test_the_same_recipe_again_comes_from_history_for_nothing() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        (first,) = await (await house.studio.submit(A_FOX, ALICE)).pictures()

        (again,) = await (await house.studio.submit(A_FOX, ALICE)).pictures()

        assert (again.png, again.seconds) == (first.png, 0.0)
        assert len(house.painter.painted) == 1


async def test_fresh_paints_the_same_recipe_anew() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        await (await house.studio.submit(A_FOX, ALICE)).pictures()

        fresh = ImageRequest(prompt="a fox", seed=7, fresh=True)
        await (await house.studio.submit(fresh, ALICE)).pictures()

        assert len(house.painter.painted) == 2


async def test_a_full_queue_refuses_and_records_nothing() -> None:
    async with open_house(limit=2, working=False) as house:
        await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)
        await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(QueueFull, match="2 jobs are waiting"):
            await house.studio.submit(A_FOX, BOB)

        assert len(await house.ledger.unfinished()) == 2


async def test_what_is_refused_for_want_of_credits_leaves_nothing_behind() -> None:
    price = (await price_of(A_FOX)) / 2
    async with open_house(allowance=replace(UNLIMITED, per_day=price), working=False) as house:
        with pytest.raises((QuotaExceeded, InvalidRequest), match="costs"):
            await house.studio.submit(A_FOX, ALICE)

        assert not house.ledger.jobs
        assert not house.line.jobs


async def test_everybody_in_line_knows_the_place_and_the_time() -> None:
    async with open_house(working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE)
        second = await house.studio.submit(A_FOX, BOB)

        near, far = house.studio.place(first.job.id), house.studio.place(second.job.id)

        assert near is not None
        assert far is not None
        assert (near.ahead, far.ahead) == (0, 1)
        assert far.seconds > near.seconds > 0


async def test_the_tiles_of_a_job_cost_what_the_job_costs() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", count=4), ALICE)

        waiting = house.line.queue.order(now=0.0)

        assert len(waiting) == 4
        assert sum(entry.price for entry in waiting) == pytest.approx(ticket.job.price)


async def test_who_waits_waits_for_what_is_being_painted_too() -> None:
    async with open_house(seats=1, working=False) as house:
        idle = house.studio.place((await house.studio.submit(A_FOX, ALICE)).job.id)
    async with open_house(seats=1) as house:
        await house.studio.submit(A_FOX, BOB)
        await until(lambda: bool(house.painter.painting))
        busy = house.studio.place((await house.studio.submit(A_FOX, ALICE)).job.id)

    assert idle is not None
    assert busy is not None
    assert busy.seconds > idle.seconds


async def test_a_job_that_is_being_painted_has_no_place() -> None:
    async with open_house(seats=1) as house:
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", count=2), ALICE)
        await until(lambda: bool(house.painter.painting))

        assert house.studio.place(ticket.job.id) is None


async def test_only_pictures_are_kept_as_sources() -> None:
    async with open_house() as house:
        digest = await house.studio.keep(a_png(), ALICE)

        assert await house.ledger.file(digest) == a_png()
        for rubbish in (b"", b"GIF89a", b"\x80\x04pickle", a_png()[:40]):
            with pytest.raises(InvalidRequest, match="no picture"):
                await house.studio.keep(rubbish, ALICE)


async def test_an_unknown_model_names_the_nearest() -> None:
    async with open_house() as house:
        with pytest.raises(InvalidRequest, match="Did you mean book"):
            await house.studio.submit(ImageRequest(prompt="a fox", model="bok"), ALICE)


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [("fail", "The paint ran out"), ("bug", "Something broke")],
    ids=["a failure says why", "a bug is not shown"],
)
async def test_what_goes_wrong_reaches_the_one_who_asked(prompt: str, sentence: str) -> None:
    async with open_house() as house:
        house.painter.gate.set()
        failing = await house.studio.submit(ImageRequest(prompt=prompt), ALICE)
        fine = await house.studio.submit(A_FOX, BOB)

        with pytest.raises(PaintingFailed, match=sentence):
            await failing.pictures()

        assert len(await fine.pictures()) == 1
        assert (await house.ledger.job(failing.job.id)).status == Status.FAILED


async def test_what_is_being_painted_is_there_in_no_more_than_it_costs() -> None:
    async with open_house(seats=1) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting) and bool(ticket.latest))
        left = house.studio.seconds_left(ticket.job.id)
        waiting = await house.studio.submit(A_FOX, BOB)
        house.line.gate = Gate.PAUSED

        assert left is not None
        assert 0 < left < ticket.job.price
        assert house.studio.seconds_left(waiting.job.id) is None
        # Nobody knows when a queue that stands still goes on.
        assert house.studio.seconds_left(ticket.job.id) is None


async def test_nobody_knows_when_where_all_painters_were_taken_out() -> None:
    async with open_house(seats=1) as house:
        begun = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting) and bool(begun.latest))
        waiting = await house.studio.submit(A_FOX, BOB)
        assert house.studio.seconds_left(begun.job.id) is not None

        [member] = house.line.crew
        house.line.crew.let_leave(member)

        place = house.studio.place(waiting.job.id)
        assert place is not None
        assert place.paused
        assert house.studio.seconds_left(begun.job.id) is None
