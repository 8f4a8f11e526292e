"""Before the program ends, those who are far away are told what is known by then."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from engine.courier import Courier
from engine.errors import StorageFailed
from engine.job import Job, Picture
from storage.memory import MemoryLedger
from tests.engine.house import at_work, until
from tests.storage.samples import LATER, a_job, begun_job, pictures_of


class SlowSink:
    """Sends once it may."""

    def __init__(self) -> None:
        self.sending: list[str] = []
        self.sent: list[str] = []
        self.may = asyncio.Event()

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        self.sending.append(job.id)
        await self.may.wait()
        self.sent.append(job.id)


class BrokenSink(SlowSink):
    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        self.sending.append(job.id)
        raise StorageFailed("Discord cannot be reached.")


async def done_jobs(ledger: MemoryLedger, *names: str) -> None:
    for name in names:
        job = replace(a_job(id=name), reply="channel 7")
        await begun_job(ledger, job)
        await ledger.finish(name, 1, pictures_of(job), LATER)


def courier_of(ledger: MemoryLedger, sink: SlowSink, at_once: int = 8) -> Courier:
    return Courier(
        outbox=ledger.outbox,
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=lambda: LATER,
        at_once=at_once,
    )


async def test_what_is_due_and_on_its_way_is_told_first() -> None:
    ledger, sink = MemoryLedger(), SlowSink()
    courier = courier_of(ledger, sink, at_once=1)
    await done_jobs(ledger, "fox", "hen", "cat")

    async with at_work(courier.run()):
        await until(lambda: bool(sink.sending))
        flushing = asyncio.create_task(courier.flush())
        for _ in range(100):
            await asyncio.sleep(0)
        early = flushing.done()
        sink.may.set()
        await flushing

    assert not early
    assert sorted(sink.sent) == ["cat", "fox", "hen"]


async def test_where_nothing_is_due_it_takes_no_time() -> None:
    ledger, sink = MemoryLedger(), SlowSink()
    courier = courier_of(ledger, sink)

    async with at_work(courier.run()):
        await courier.flush()
        await courier.flush()

    assert not sink.sending


async def test_what_cannot_be_told_is_left_to_the_next_start() -> None:
    ledger, sink = MemoryLedger(), BrokenSink()
    courier = courier_of(ledger, sink)
    await done_jobs(ledger, "fox")

    async with at_work(courier.run()):
        await courier.flush()

    assert sink.sending == ["fox"]


async def test_what_was_sent_is_noted_also_where_the_program_ends_meanwhile() -> None:
    ledger, sink = MemoryLedger(), SlowSink()
    sink.may.set()
    marking, may = asyncio.Event(), asyncio.Event()
    delivered = ledger.outbox.delivered

    class SlowOutbox:
        def __getattr__(self, name: str) -> object:
            return getattr(ledger.outbox, name)

        async def delivered(self, job: str, now: object) -> None:
            marking.set()
            await may.wait()
            await delivered(job, LATER)

    courier = Courier(
        outbox=SlowOutbox(),  # type: ignore[arg-type]  # it passes everything else on
        ledger=ledger,
        sink=sink,
        bell=asyncio.Event(),
        now=lambda: LATER,
    )
    await done_jobs(ledger, "fox")
    running = asyncio.create_task(courier.run())
    await marking.wait()

    running.cancel()
    await asyncio.sleep(0)
    may.set()
    await asyncio.wait([running])

    much_later = LATER + timedelta(hours=2)
    due = await ledger.outbox.take_due(much_later, until=much_later, most=8, worker="")
    assert due == []
