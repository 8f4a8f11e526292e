"""What programs that look after Easel are told."""

import asyncio
from collections.abc import Collection

import pytest
from aiohttp import web

from bot.web.app import make_web
from bot.web.health import LOCKED, NOBODY, PAUSED, SILENT, STOPPING, Health
from engine.crew import Crew
from engine.errors import StorageFailed
from engine.gate import Gate
from engine.line import Line
from engine.ports import Ledger
from engine.queue import FairQueue
from storage.memory import MemoryLedger
from tests.bot.web.conftest import SECRET, Client, House, client_of
from tests.fakes import FakePainter


class Silent(MemoryLedger):
    """Never answers."""

    async def workers(self) -> Collection[str]:
        await asyncio.Event().wait()
        return ()


class Unwritable(MemoryLedger):
    """Can be read. Writing fails, or hangs until its gate opens."""

    def __init__(self, *, hangs: bool = False) -> None:
        super().__init__()
        self.hangs, self.tried = hangs, 0

    async def try_writing(self) -> None:
        self.tried += 1
        if self.hangs:
            await asyncio.Event().wait()
        raise StorageFailed("The disk of the pictures is full.")


class Broken(MemoryLedger):
    """Answers what is wrong."""

    async def workers(self) -> Collection[str]:
        raise StorageFailed("The disk of the database is full.")


def manned(gate: Gate = Gate.OPEN) -> Line:
    """A line with one painter at work."""
    line = Line(queue=FairQueue(), gate=gate)
    line.crew = Crew(FakePainter())
    return line


def health_of(
    ledger: Ledger, line: Line, patience_s: float = 60, holds_s: float = 0
) -> web.Application:
    pages = web.Application()
    health = Health(
        model="book",
        device="cpu",
        ledger=ledger,
        line=line,
        patience_s=patience_s,
        holds_s=holds_s,
    )
    health.add_to(pages)
    return pages


async def readiness(client: Client) -> tuple[int, str]:
    answer = await client.get("/readyz")
    return answer.status, await answer.text()


async def test_a_warm_easel_with_its_database_is_ready() -> None:
    line = manned()
    async with client_of(health_of(MemoryLedger(), line)) as client:
        assert await readiness(client) == (200, "ok")


async def test_a_database_that_hangs_does_not_make_the_answer_hang() -> None:
    line = manned()
    async with client_of(health_of(Silent(), line, patience_s=0)) as client:
        assert await readiness(client) == (503, SILENT)
        assert (await client.get("/healthz")).status == 200


async def test_a_database_in_trouble_is_told_in_its_sentence() -> None:
    line = manned()
    async with client_of(health_of(Broken(), line)) as client:
        assert await readiness(client) == (503, "The disk of the database is full.")


@pytest.mark.parametrize(
    ("gate", "status"), [(Gate.PAUSED, 503), (Gate.DRAINED, 503), (Gate.OPEN, 200)]
)
async def test_a_queue_that_takes_nothing_or_begins_nothing_is_not_ready(
    gate: Gate, status: int
) -> None:
    line = manned(gate)
    async with client_of(health_of(MemoryLedger(), line)) as client:
        assert (await readiness(client))[0] == status


async def test_a_pause_is_told_as_one() -> None:
    line = manned(Gate.PAUSED)
    async with client_of(health_of(MemoryLedger(), line)) as client:
        assert await readiness(client) == (503, PAUSED)


async def test_where_nobody_paints_it_is_not_ready() -> None:
    line = manned()
    async with client_of(health_of(MemoryLedger(), line)) as client:
        [member] = line.crew
        line.crew.let_leave(member)
        assert await readiness(client) == (503, NOBODY)

        line.crew.leave(member.painter)
        assert await readiness(client) == (503, NOBODY)

        line.crew.join(FakePainter())
        assert await readiness(client) == (200, "ok")


async def test_what_can_be_read_and_not_be_written_is_not_ready() -> None:
    line = manned()
    async with client_of(health_of(Unwritable(), line)) as client:
        assert await readiness(client) == (503, "The disk of the pictures is full.")
    async with client_of(health_of(Unwritable(hangs=True), line, patience_s=0)) as client:
        assert await readiness(client) == (503, LOCKED)


async def test_it_is_not_tried_anew_for_everybody_who_asks() -> None:
    ledger = Unwritable()
    line = manned()
    pages = health_of(ledger, line, holds_s=3600)
    async with client_of(pages) as client:
        answers = await asyncio.gather(*(readiness(client) for _ in range(20)))
        answers.append(await readiness(client))

    assert {status for status, _ in answers} == {503}
    assert ledger.tried == 1


async def test_after_a_while_it_is_tried_again() -> None:
    ledger = Unwritable()
    line = manned()
    async with client_of(health_of(ledger, line)) as client:
        for _ in range(3):
            await readiness(client)

    assert ledger.tried == 3


async def test_who_is_stopping_is_not_ready(house: House) -> None:
    pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
    async with client_of(pages) as client:
        before = await readiness(client)

        await pages.shutdown()

        assert before == (200, "ok")
        assert await readiness(client) == (503, STOPPING)


async def test_health_is_as_the_tutorials_have_it(client: Client) -> None:
    told = await (await client.get("/health")).json()

    assert told == {"status": "ok", "model": "book", "device": "cpu", "model_loaded": True}
