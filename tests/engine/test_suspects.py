"""Jobs that were there when a painter broke down are painted one at a time."""

from datetime import datetime, timedelta
from functools import partial

import pytest

from engine.job import Job, Status
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, NOON


def days_later(days: int) -> datetime:
    return NOON + timedelta(days=days)


def tomorrow() -> datetime:
    return days_later(1)


async def suspects(ledger: MemoryLedger, *prompts: str) -> list[Job]:
    """Jobs that were begun, and whose painter was not heard of again."""
    async with open_house(ledger=ledger, working=False, now=lambda: NOON) as house:
        jobs = [
            (await house.studio.submit(ImageRequest(prompt=prompt), ALICE, origin="page")).job
            for prompt in prompts
        ]
    for job in jobs:
        await ledger.begin(job.id, "a painter that was killed", NOON)
    return jobs


async def test_only_one_of_them_is_painted_at_a_time_and_then_the_next() -> None:
    ledger = MemoryLedger()
    jobs = await suspects(ledger, "a fox", "a hen", "a cat")

    async with open_house(ledger=ledger, seats=3, now=tomorrow) as house:
        await house.caretaker.resume()
        await until(lambda: bool(house.painter.painting))
        at_once = len(house.painter.painting)
        house.painter.gate.set()
        await until(lambda: not house.line.jobs)

    assert at_once == 1
    assert {(await ledger.job(job.id)).status for job in jobs} == {Status.DONE}


async def test_what_waits_for_another_is_told_how_long_that_takes() -> None:
    ledger = MemoryLedger()
    jobs = await suspects(ledger, "a fox", "a hen", "a cat")
    price = jobs[0].price

    async with open_house(ledger=ledger, seats=3, now=tomorrow) as house:
        await house.caretaker.resume()
        await until(lambda: len(house.line.aside) == 2 and bool(house.painter.painting))
        places = [place for job in jobs if (place := house.studio.place(job.id))]

    assert [place.ahead for place in places] == [0, 0]
    sooner, later = sorted(place.seconds for place in places)
    # What is being painted has made a step or two.
    assert price < sooner <= 2 * price
    assert later == pytest.approx(sooner + price)


async def test_others_are_painted_beside_one_of_them() -> None:
    ledger = MemoryLedger()
    await suspects(ledger, "a fox", "a hen")

    async with open_house(ledger=ledger, seats=3, now=tomorrow) as house:
        await house.caretaker.resume()
        await house.studio.submit(ImageRequest(prompt="a cat"), ALICE)
        await until(lambda: len(house.painter.painting) == 2)

        assert "a cat" in {recipe.prompt for recipe in house.painter.painting}


async def test_one_that_waits_for_another_can_be_withdrawn() -> None:
    ledger = MemoryLedger()
    first, second = await suspects(ledger, "a fox", "a hen")

    async with open_house(ledger=ledger, seats=2, now=tomorrow) as house:
        await house.caretaker.resume()
        await until(lambda: bool(house.line.aside))
        await house.studio.cancel(second.id, ALICE)
        house.painter.gate.set()
        await (await house.studio.submit(ImageRequest(prompt="a cat"), ALICE)).pictures()
        await until(lambda: not house.line.painting)

        assert not house.line.aside
        assert not house.line.elsewhere
        assert (len(house.line.queue), house.line.queue.running(ALICE.id)) == (0, 0)
        assert [recipe.prompt for recipe in house.painter.painted] == ["a fox", "a cat"]
    assert (await ledger.job(first.id)).status == Status.DONE


async def test_one_that_waits_for_another_and_is_lost_meanwhile_comes_back() -> None:
    ledger = MemoryLedger()
    _, second = await suspects(ledger, "a fox", "a hen")

    async with open_house(ledger=ledger, seats=2, now=tomorrow) as house:
        await house.caretaker.resume()
        await until(lambda: bool(house.line.aside))
        await ledger.begin(second.id, "another painter that was killed", NOON)
        await house.caretaker.sweep()
        house.painter.gate.set()
        await until(lambda: not house.line.jobs)

    done = await ledger.job(second.id)
    assert (done.status, done.attempt) == (Status.DONE, 3)


async def test_a_job_that_kills_its_painter_spares_those_that_were_with_it() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False, now=lambda: NOON) as house:
        poison, *others = [
            (await house.studio.submit(ImageRequest(prompt=prompt), ALICE, origin="page")).job
            for prompt in ("lose it", "a hen", "a cat", "a dog")
        ]

    for day in range(1, 7):
        now = partial(days_later, day)
        async with open_house(ledger=ledger, seats=2, now=now) as house:
            house.painter.gate.set()
            await house.caretaker.resume()
            await until(partial(_at_rest, house))
            if house.running.done():
                assert isinstance(house.running.exception(), ExceptionGroup)

    ended = await ledger.job(poison.id)
    assert (ended.status, ended.attempt) == (Status.FAILED, 3)
    assert [(await ledger.job(job.id)).status for job in others] == [Status.DONE] * 3


def _at_rest(house: House) -> bool:
    return house.running.done() or not house.line.jobs
