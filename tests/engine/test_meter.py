"""What can be measured reaches whoever listens, and hurts nobody."""

import asyncio
import logging
from datetime import timedelta
from types import SimpleNamespace

import pytest

from engine.courier import MOST_TRIES, Courier
from engine.errors import Cancelled, NotFound, PaintingFailed
from engine.lease import MOST_ATTEMPTS
from engine.meter import (
    Began,
    Charged,
    Delivered,
    Ended,
    Measured,
    Meter,
    Outcome,
    Stored,
    Telling,
    meter_of,
)
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import Clock, House, open_house, until
from tests.engine.test_courier import Recorder, Watch, done_job
from tests.fakes import FakePainter
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox", seed=7)
TOOK_A_SECOND = Stored(seconds=1.0)


def heard_by(house: House) -> list[Measured]:
    heard: list[Measured] = []
    house.line.meter.add(heard.append)
    return heard


def of_kind(kind: type, heard: list[Measured]) -> list[Measured]:
    return [one for one in heard if isinstance(one, kind)]


def test_who_listens_no_more_is_told_nothing() -> None:
    meter, heard = Meter(), list[Measured]()
    meter.add(heard.append)
    meter.remove(heard.append)

    meter.tell(TOOK_A_SECOND)

    assert not heard
    assert not meter.heard


def test_a_listener_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Measured) -> None:
        raise ValueError("cannot count")

    meter, heard = Meter(), list[Measured]()
    meter.add(fail)
    meter.add(heard.append)

    with caplog.at_level(logging.ERROR):
        meter.tell(TOOK_A_SECOND)

    assert heard == [TOOK_A_SECOND]
    assert "could not be measured" in caplog.text


def test_a_painter_without_a_meter_is_silent() -> None:
    own = Meter()

    assert not meter_of(FakePainter()).heard
    assert meter_of(SimpleNamespace(meter=own)) is own


async def test_a_wait_ends_with_the_first_step_of_the_first_picture() -> None:
    clock = Clock()
    async with open_house(now=clock, working=False) as house:
        heard = heard_by(house)
        ticket = await house.studio.submit(ImageRequest(prompt="a fox", seed=7, count=2), ALICE)
        clock.now += timedelta(seconds=40)
        running = asyncio.create_task(house.dispatcher.run())
        house.painter.gate.set()
        await ticket.pictures()
        running.cancel()

    assert of_kind(Began, heard) == [Began(waited=40.0)]


async def test_a_painted_picture_is_counted_and_paid_for() -> None:
    async with open_house() as house:
        heard = heard_by(house)
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await ticket.pictures()

    painted = Ended(outcome=Outcome.PAINTED, pictures=1, model="book")
    assert of_kind(Ended, heard) == [painted]
    assert of_kind(Charged, heard) == [Charged(credits=0.5)]


async def test_a_picture_from_history_is_no_painted_one() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        await (await house.studio.submit(A_FOX, ALICE)).pictures()
        heard = heard_by(house)

        await (await house.studio.submit(A_FOX, ALICE)).pictures()

    remembered = Ended(outcome=Outcome.REMEMBERED, pictures=1, model="book")
    assert of_kind(Ended, heard) == [remembered]
    assert of_kind(Charged, heard) == [Charged(credits=0.0)]


async def test_a_failed_picture_is_counted() -> None:
    async with open_house() as house:
        heard = heard_by(house)
        house.painter.gate.set()
        ticket = await house.studio.submit(ImageRequest(prompt="fail"), ALICE)
        with pytest.raises(PaintingFailed):
            await ticket.pictures()

    assert of_kind(Ended, heard) == [Ended(outcome=Outcome.FAILED, pictures=1, model="book")]


async def test_a_cancelled_job_is_counted_with_its_model_and_what_was_paid() -> None:
    async with open_house() as house:
        heard = heard_by(house)
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(ticket.latest))
        await house.studio.cancel(ticket.job.id, ALICE)
        with pytest.raises(Cancelled):
            await ticket.pictures()

    assert of_kind(Ended, heard) == [Ended(outcome=Outcome.CANCELLED, pictures=1, model="book")]
    assert of_kind(Charged, heard) == [Charged(credits=ticket.job.price / 4)]


async def test_a_job_that_nobody_holds_is_cancelled_with_its_model() -> None:
    async with open_house(working=False) as house:
        heard = heard_by(house)
        job = (await house.studio.submit(A_FOX, BOB)).job.id
        house.line.tickets.clear()

        await house.studio.cancel(job, BOB)

    assert of_kind(Ended, heard) == [Ended(outcome=Outcome.CANCELLED, pictures=1, model="book")]


async def test_a_job_that_is_given_up_after_its_last_attempt_is_counted() -> None:
    clock = Clock()
    async with open_house(working=False, now=clock) as house:
        heard = heard_by(house)
        job = (await house.studio.submit(ImageRequest(prompt="a fox", count=2), ALICE)).job.id
        for _ in range(MOST_ATTEMPTS):
            await house.ledger.begin(job, "another", clock.now + timedelta(minutes=1))
            clock.now += timedelta(hours=1)
            await house.caretaker.sweep()

    assert of_kind(Ended, heard) == [Ended(outcome=Outcome.FAILED, pictures=2)]


@pytest.mark.parametrize(
    ("trouble", "tries", "outcome"),
    [
        (None, 1, Telling.TOLD),
        (ConnectionError("away"), 1, Telling.FAILED),
        (ConnectionError("away"), MOST_TRIES, Telling.GIVEN_UP),
        (NotFound("gone"), 1, Telling.NOBODY),
    ],
)
async def test_what_came_of_telling_is_counted(
    trouble: Exception | None, tries: int, outcome: Telling
) -> None:
    ledger, sink, watch, meter = MemoryLedger(), Recorder(), Watch(), Meter()
    heard: list[Measured] = []
    await done_job(ledger)
    courier = Courier(
        outbox=ledger.outbox,
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=watch,
        meter=meter,
    )
    for _ in range(tries - 1):
        sink.troubles = [ConnectionError("away")]
        await courier.round()
        watch.now += timedelta(hours=2)
    meter.add(heard.append)
    sink.troubles = [trouble] if trouble else []

    await courier.round()

    assert heard == [Delivered(outcome=outcome)]
