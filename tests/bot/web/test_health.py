"""What programs that look after Easel are told."""

import asyncio
from collections.abc import Collection

import pytest
from aiohttp import web

from bot.web.app import make_web
from bot.web.health import COLD, SILENT, STOPPING, Health
from engine.errors import StorageFailed
from engine.gate import Gate
from engine.line import Line
from engine.ports import Ledger
from engine.queue import FairQueue
from storage.memory import MemoryLedger
from tests.bot.web.conftest import SECRET, Client, House, client_of

WARM = {"book": "cpu"}


class Silent(MemoryLedger):
    """Never answers."""

    async def workers(self) -> Collection[str]:
        await asyncio.Event().wait()
        return ()


class Broken(MemoryLedger):
    """Answers what is wrong."""

    async def workers(self) -> Collection[str]:
        raise StorageFailed("The disk of the database is full.")


def health_of(ledger: Ledger, line: Line, patience_s: float = 60) -> web.Application:
    pages = web.Application()
    health = Health(model="book", device="cpu", ledger=ledger, line=line, patience_s=patience_s)
    health.add_to(pages)
    return pages


async def readiness(client: Client) -> tuple[int, str]:
    answer = await client.get("/readyz")
    return answer.status, await answer.text()


async def test_a_warm_easel_with_its_database_is_ready() -> None:
    line = Line(queue=FairQueue(), hands=WARM)
    async with client_of(health_of(MemoryLedger(), line)) as client:
        assert await readiness(client) == (200, "ok")


async def test_a_cold_easel_is_alive_and_not_ready() -> None:
    async with client_of(health_of(MemoryLedger(), Line(queue=FairQueue()))) as client:
        assert await readiness(client) == (503, COLD)
        assert (await (await client.get("/health")).json())["model_loaded"] is False
        assert (await client.get("/healthz")).status == 200


async def test_a_database_that_hangs_does_not_make_the_answer_hang() -> None:
    line = Line(queue=FairQueue(), hands=WARM)
    async with client_of(health_of(Silent(), line, patience_s=0)) as client:
        assert await readiness(client) == (503, SILENT)
        assert (await client.get("/healthz")).status == 200


async def test_a_database_in_trouble_is_told_in_its_sentence() -> None:
    line = Line(queue=FairQueue(), hands=WARM)
    async with client_of(health_of(Broken(), line)) as client:
        assert await readiness(client) == (503, "The disk of the database is full.")


@pytest.mark.parametrize(("gate", "status"), [(Gate.PAUSED, 200), (Gate.DRAINED, 503)])
async def test_a_queue_that_runs_empty_takes_nothing_and_is_not_ready(
    gate: Gate, status: int
) -> None:
    line = Line(queue=FairQueue(), hands=WARM, gate=gate)
    async with client_of(health_of(MemoryLedger(), line)) as client:
        assert (await readiness(client))[0] == status


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
