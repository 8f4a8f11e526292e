"""How those who are far away come to know what became of their jobs."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from engine.courier import MOST_TRIES, Courier, pause_after
from engine.errors import NotFound, StorageFailed
from engine.job import Job, Picture, Status
from engine.outbox import Delivery, Sink
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from storage.memory_outbox import MemoryOutbox
from tests.engine.house import House, at_work, open_house, until
from tests.storage.samples import ALICE, LATER, NOON, a_job, begun_job, pictures_of

HOUR = timedelta(hours=1)


@dataclass
class Recorder:
    """Remembers what was sent; each trouble is raised once, before anything is sent."""

    troubles: list[Exception] = field(default_factory=list)
    sent: list[tuple[Job, Sequence[Picture]]] = field(default_factory=list)

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop(0)
        self.sent.append((job, pictures))


@dataclass
class Watch:
    now: datetime = LATER

    def __call__(self) -> datetime:
        return self.now


def courier_of(ledger: MemoryLedger, sink: Sink, watch: Watch, outbox: MemoryOutbox) -> Courier:
    return Courier(outbox=outbox, ledger=ledger, sink=sink, bell=asyncio.Event(), now=watch)


async def done_job(ledger: MemoryLedger, name: str = "fox") -> None:
    job = replace(a_job(id=name, tiles=2), reply="channel 7")
    await begun_job(ledger, job)
    await ledger.finish(name, 1, pictures_of(job), LATER)


async def test_a_finished_job_is_told_once_with_its_pictures() -> None:
    ledger, sink, watch = MemoryLedger(), Recorder(), Watch()
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, ledger.outbox)

    rounds = [await courier.round(), await courier.round()]
    watch.now += HOUR
    rounds.append(await courier.round())

    [(job, pictures)] = sink.sent
    assert rounds == [1, 0, 0]
    assert (job.id, job.reply, job.status) == ("fox", "channel 7", Status.DONE)
    assert [picture.png for picture in pictures] == [b"fox 0", b"fox 1"]


async def test_a_picture_that_is_gone_is_left_out() -> None:
    ledger, sink = MemoryLedger(), Recorder()
    await done_job(ledger)
    first, _ = await ledger.pictures("fox")
    del ledger.files[first.file]

    await courier_of(ledger, sink, Watch(), ledger.outbox).round()

    [(_, pictures)] = sink.sent
    assert [picture.png for picture in pictures] == [b"fox 1"]


async def test_what_cannot_be_told_now_is_told_later() -> None:
    ledger, watch = MemoryLedger(), Watch()
    sink = Recorder(troubles=[RuntimeError("a reset"), StorageFailed("a full disk")])
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, ledger.outbox)

    sent = []
    for _ in range(4):
        await courier.round()
        sent.append(len(sink.sent))
        watch.now += timedelta(seconds=5)

    assert sent == [0, 0, 1, 1]


async def test_who_is_gone_is_told_no_more() -> None:
    ledger, watch = MemoryLedger(), Watch()
    sink = Recorder(troubles=[NotFound("The channel was deleted.")])
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, ledger.outbox)

    await courier.round()
    watch.now += HOUR

    assert await courier.round() == 0
    assert sink.sent == []


async def test_what_can_never_be_told_ends() -> None:
    ledger, watch = MemoryLedger(), Watch()
    sink = Recorder(troubles=[RuntimeError("a reset")] * 100)
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, ledger.outbox)

    rounds = 0
    while await courier.round():
        rounds += 1
        watch.now += 2 * HOUR

    assert rounds == MOST_TRIES


async def test_one_who_cannot_be_told_does_not_hold_up_the_others() -> None:
    ledger = MemoryLedger()
    for name in ("fox", "hen", "cat"):
        await done_job(ledger, name)
    sink = Recorder(troubles=[RuntimeError("a reset")])

    await courier_of(ledger, sink, Watch(), ledger.outbox).round()

    assert len(sink.sent) == 2


class DeadPen(MemoryOutbox):
    """Cannot mark what was told."""

    dead = True

    async def delivered(self, job: str, now: datetime) -> None:
        if self.dead:
            raise StorageFailed("The disk is full.")
        await super().delivered(job, now)


async def test_what_was_told_and_not_marked_is_only_marked_later() -> None:
    ledger, sink, watch = MemoryLedger(), Recorder(), Watch()
    pen = ledger.outbox = DeadPen(ledger.jobs.__getitem__)
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, pen)
    rounds = [await courier.round()]

    pen.dead = False
    rounds.append(await courier.round())
    watch.now += HOUR
    rounds += [await courier.round(), await courier.round()]
    watch.now += HOUR
    rounds.append(await courier.round())

    assert rounds == [1, 0, 1, 0, 0]
    assert [job.id for job, _ in sink.sent] == ["fox"]


async def test_who_comes_after_a_crash_tells_it_again_with_the_same_nonce() -> None:
    ledger, sink, watch = MemoryLedger(), Recorder(), Watch()
    pen = ledger.outbox = DeadPen(ledger.jobs.__getitem__)
    await done_job(ledger)
    await courier_of(ledger, sink, watch, pen).round()

    pen.dead = False
    watch.now += HOUR
    await courier_of(ledger, sink, watch, pen).round()

    assert [job.id for job, _ in sink.sent] == ["fox", "fox"]


class SlowPen(MemoryOutbox):
    """Marks nothing before the database answers."""

    def __init__(self, job: Callable[[str], Job]) -> None:
        super().__init__(job)
        self.answers = asyncio.Event()

    async def delivered(self, job: str, now: datetime) -> None:
        await self.answers.wait()
        await super().delivered(job, now)


async def test_what_takes_longer_to_mark_than_it_is_held_is_not_told_again() -> None:
    ledger, sink, watch = MemoryLedger(), Recorder(), Watch()
    pen = ledger.outbox = SlowPen(ledger.jobs.__getitem__)
    await done_job(ledger)
    courier = courier_of(ledger, sink, watch, pen)
    first = asyncio.create_task(courier.round())
    await until(lambda: bool(sink.sent))

    watch.now += HOUR
    again = await courier.round()
    pen.answers.set()

    assert (await first, again) == (1, 0)
    assert [job.id for job, _ in sink.sent] == ["fox"]


@asynccontextmanager
async def delivering(house: House, sink: Sink) -> AsyncIterator[None]:
    courier = Courier(
        outbox=house.ledger.outbox,
        ledger=house.ledger,
        sink=sink,
        bell=house.line.news,
        now=lambda: datetime.now(NOON.tzinfo),
        pause=HOUR,
    )
    async with at_work(courier.run()):
        yield


async def test_the_end_of_a_job_rings_for_the_courier() -> None:
    sink = Recorder()
    async with open_house() as house, delivering(house, sink):
        house.painter.gate.set()
        for prompt in ("a fox", "fail"):
            await house.studio.submit(ImageRequest(prompt=prompt), ALICE, reply="channel 7")

        await until(lambda: len(sink.sent) == 2)

    assert {job.status for job, _ in sink.sent} == {Status.DONE, Status.FAILED}


async def test_a_courier_outlives_a_ledger_in_trouble() -> None:
    ledger, sink = MemoryLedger(), Recorder()

    class Locked(MemoryOutbox):
        calls = 0

        async def take_due(
            self, now: datetime, *, until: datetime, most: int = 10, worker: str = ""
        ) -> Sequence[Delivery]:
            self.calls += 1
            if self.calls == 1:
                raise StorageFailed("Another program keeps the database locked.")
            return await super().take_due(now, until=until, most=most, worker=worker)

    ledger.outbox = Locked(ledger.jobs.__getitem__)
    await done_job(ledger)
    async with open_house(ledger=ledger) as house, delivering(house, sink):
        await until(lambda: getattr(ledger.outbox, "calls", 0) == 1)
        house.line.news.set()
        await until(lambda: bool(sink.sent))


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [pause_after(tries) for tries in (1, 2, 3, 11, 12, 100)]

    assert [pause.total_seconds() for pause in pauses] == [2, 4, 8, 2048, 3600, 3600]


@pytest.mark.parametrize(("worker", "waits"), [("dead", 0), ("me", 0), ("alive", 1)])
async def test_what_the_dead_had_in_hand_is_told_at_once(worker: str, waits: int) -> None:
    ledger, sink, watch = MemoryLedger(), Recorder(), Watch()
    await done_job(ledger)
    await ledger.outbox.take_due(watch.now, until=watch.now + HOUR, worker=worker)
    courier = Courier(
        outbox=ledger.outbox,
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=watch,
        worker="me",
        is_gone=lambda one: one == "dead",
    )

    await courier.round()

    assert len(sink.sent) == 1 - waits


class Silent(Recorder):
    """Never answers to one of them."""

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        if job.id == "unheard":
            await asyncio.Event().wait()
        await super().send(job, pictures)


async def test_one_end_that_never_answers_holds_up_nobody_else() -> None:
    ledger, sink, watch = MemoryLedger(), Silent(), Watch()
    await done_job(ledger, "unheard")
    await done_job(ledger, "fox")
    courier = Courier(
        outbox=ledger.outbox,
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=watch,
        hold=timedelta(milliseconds=20),
    )

    assert await courier.round() == 2

    assert [job.id for job, _ in sink.sent] == ["fox"]


async def test_a_slow_end_takes_one_place_and_the_others_go_on() -> None:
    ledger, sink, watch = MemoryLedger(), Silent(), Watch()
    for name in ("unheard", "fox", "hen", "cat"):
        await done_job(ledger, name)
    courier = Courier(
        outbox=ledger.outbox,
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=watch,
        pause=HOUR,
        at_once=2,
    )

    async with at_work(courier.run()):
        await until(lambda: len(sink.sent) == 3)

    assert {job.id for job, _ in sink.sent} == {"fox", "hen", "cat"}
