"""A program that is stopped before it is ready: it ends at once, and leaves nothing half."""

import asyncio
import signal
import socket
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.web.warming import COLD
from tests.bot.discord.counts.amount import counted
from tests.bot.stopping.plan import Plan
from tests.bot.stopping.stopped import SLACK_S, WARMING, address_of, begun

TERM, INT = signal.SIGTERM, signal.SIGINT
MOMENTS = 20
LATEST_S = 3.0
ENDED = {0, -TERM}
"""Until Python has read the first of our lines, it is Python that the signal ends."""


def tables_in(data_dir: Path) -> set[str]:
    file = data_dir / "easel.db"
    if not file.exists():
        return set()
    with sqlite3.connect(file) as database:
        rows = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}


@counted(MOMENTS)
async def test_it_can_be_stopped_at_any_moment_of_its_start(tmp_path: Path, count: int) -> None:
    codes, tables = set(), set()
    complaints: list[dict[str, Any]] = []

    for number in range(count):
        folder = tmp_path / str(number)
        folder.mkdir()
        async with begun(Plan(), folder) as program:
            await asyncio.sleep(LATEST_S * (number + 0.5) / count)
            stopped = await program.stop(TERM)
        codes.add(stopped.code)
        tables.add(len(tables_in(folder / "data")))
        assert stopped.seconds <= SLACK_S
        complaints += [entry for entry in program.entries if entry["level"] != "info"]

    assert complaints == []
    assert codes <= ENDED
    # None of them, or all that there are.
    assert len(tables - {0}) <= 1


async def test_it_is_not_ready_until_it_is_warm(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    async with begun(Plan(warm="never"), tmp_path, EASEL_PORT=str(port)) as program:
        await program.says(WARMING)
        async with ClientSession(f"http://127.0.0.1:{port}") as watcher:
            alive, ready = await watcher.get("/healthz"), await watcher.get("/readyz")
            told = await ready.text()
        stopped = await program.stop(TERM)

    assert (alive.status, ready.status, told) == (200, 503, COLD)
    assert stopped.code == 0
    assert stopped.seconds <= SLACK_S


@pytest.mark.slow
@pytest.mark.parametrize(
    ("warm", "signals"),
    [
        ("fetching", (TERM,)),
        ("fetching", (INT,)),
        ("asking", (TERM,)),
        ("never", (INT, INT)),
        ("in a thread", (TERM,)),
    ],
)
async def test_it_need_not_wait_until_it_is_warm(
    tmp_path: Path, warm: str, signals: tuple[signal.Signals, ...]
) -> None:
    async with begun(Plan(warm=warm), tmp_path) as program:
        await program.says(WARMING)
        for each in signals[:-1]:
            program.process.send_signal(each)
        stopped = await program.stop(signals[-1])

    assert stopped.code == 0
    assert stopped.seconds <= SLACK_S


@pytest.mark.slow
async def test_the_real_one_can_be_stopped_while_it_warms(tmp_path: Path) -> None:
    async with begun(Plan(warm="real"), tmp_path) as program:
        await program.says(WARMING)
        await asyncio.sleep(1.0)
        stopped = await program.stop(TERM)

    assert stopped.code == 0
    assert stopped.seconds <= SLACK_S


@pytest.mark.slow
async def test_what_has_nothing_to_do_ends_at_once(tmp_path: Path) -> None:
    async with begun(Plan(), tmp_path) as program:
        await address_of(program)
        stopped = await program.stop(TERM)

    assert stopped.code == 0
    assert stopped.seconds < 1.0
