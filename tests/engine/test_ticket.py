"""What is seen of a job while it is painted."""

import asyncio

import pytest

from engine.errors import PaintingFailed
from engine.job import Progress
from engine.ticket import Ticket
from tests.storage.samples import a_job, pictures_of


def step(n: int, *, tile: int = 0, preview: bytes | None = None) -> Progress:
    return Progress(job="fox", tile=tile, step=n, steps=4, preview=preview)


async def watched(ticket: Ticket) -> list[Progress]:
    return [progress async for progress in ticket]


async def test_a_watcher_sees_progress_and_then_the_end() -> None:
    job = a_job()
    ticket = Ticket(job)
    watcher = asyncio.create_task(watched(ticket))

    for n in (1, 2):
        await asyncio.sleep(0)
        ticket.tell(step(n))
        await asyncio.sleep(0)
    ticket.resolve(tuple(pictures_of(job)))

    assert [progress.step for progress in await watcher] == [1, 2]


async def test_a_slow_watcher_sees_only_the_newest() -> None:
    job = a_job()
    ticket = Ticket(job)
    for n in (1, 2, 3):
        ticket.tell(step(n))
    ticket.resolve(tuple(pictures_of(job)))

    assert [progress.step for progress in await watched(ticket)] == [3]


async def test_a_preview_stays_until_there_is_a_newer_one() -> None:
    ticket = Ticket(a_job())

    ticket.tell(step(1, preview=b"blurred"))
    ticket.tell(step(2))

    assert ticket.latest == (step(2, preview=b"blurred"),)


async def test_a_failure_reaches_everybody_who_waits() -> None:
    ticket = Ticket(a_job())
    waiting = [asyncio.create_task(ticket.pictures()) for _ in range(2)]
    await asyncio.sleep(0)

    ticket.fail(PaintingFailed("The paint ran out."))

    for waiter in waiting:
        with pytest.raises(PaintingFailed, match="ran out"):
            await waiter


async def test_giving_up_waiting_does_not_end_the_job() -> None:
    job = a_job()
    ticket = Ticket(job)
    impatient = asyncio.create_task(ticket.pictures())
    await asyncio.sleep(0)

    impatient.cancel()
    await asyncio.sleep(0)
    ticket.resolve(tuple(pictures_of(job)))

    assert len(await ticket.pictures()) == 1
