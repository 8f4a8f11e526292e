"""A program that is stopped: its code, how long that took, and what it said."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar

from tests.bot.discord.counts.processes import kill
from tests.bot.stopping.plan import Plan
from tests.forked import Running

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
LOOK_S = 0.05
SLACK_S = 2.0
"""After its grace."""
STOPS, BEGUN, WARMING = "Easel stops", "begun: ", "warming"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """`seconds` from the signal on, without those for which the whole machine stood still."""

    code: int | None
    seconds: float


@dataclass
class Program:
    """One that runs, whose log is a file with an object in each line."""

    process: Running
    log: Path
    said: int = 0
    """How much was logged by those before it."""

    @property
    def entries(self) -> list[dict[str, Any]]:
        lines = self.log.read_text("utf-8")[self.said :].splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    @property
    def messages(self) -> list[str]:
        return [entry["message"] for entry in self.entries]

    async def says(self, words: str, times: int = 1) -> None:
        await until(lambda: sum(each.startswith(words) for each in self.messages) >= times)

    async def stop(
        self, *signals: signal.Signals, between: float = 0.3, patience: float = PATIENCE_S
    ) -> Stopped:
        """By the last of these signals."""
        for each in signals[:-1]:
            self.process.send_signal(each)
            await self.says(STOPS)
            await asyncio.sleep(between)
        self.process.send_signal(signals[-1])
        clock = asyncio.get_running_loop().time
        began, halted = clock(), 0.0
        ending = asyncio.create_task(self.process.wait())
        while not ending.done() and clock() - began < patience:
            looked = clock()
            await asyncio.wait({ending}, timeout=LOOK_S)
            halted += max(0.0, clock() - looked - 2 * LOOK_S)
        seconds = clock() - began - halted
        ending.cancel()
        return Stopped(code=self.process.returncode, seconds=seconds)


def begun_late(messages: Sequence[str]) -> set[str]:
    """What a program began of what it had not begun when it was told to stop."""
    stopped = next(number for number, each in enumerate(messages) if each.startswith(STOPS))
    before, after = messages[:stopped], messages[stopped:]
    return {each for each in after if each.startswith(BEGUN) and each not in before}


def program_of(process: Running, log: Path) -> Program:
    """From when nothing of it is logged yet."""
    return Program(process, log, len(log.read_text("utf-8")) if log.exists() else 0)


@asynccontextmanager
async def begun(plan: Plan, folder: Path, **settings: str) -> AsyncIterator[Program]:
    """From its very first moment, and without Discord unless the settings name it."""
    log = folder / "log"
    kept = {name: each for name, each in os.environ.items() if not name.startswith("EASEL_")}
    own = {"PYTHONPATH": str(ROOT), "EASEL_PORT": "0", "EASEL_LOG": "json", **settings}
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *plan.module),
            stdout=PIPE,
            stderr=written,
            cwd=folder,
            env={**kept, **own},
        )
    try:
        yield program_of(process, log)
    finally:
        await kill(process)
        await process.communicate()


async def address_of(program: Program) -> str:
    """Once it is ready."""
    assert program.process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        return (await program.process.stdout.readline()).decode().split()[-1]


@asynccontextmanager
async def visiting(address: str) -> AsyncIterator[ClientSession]:
    """As the page of whoever sits at this machine."""
    jar, headers = CookieJar(unsafe=True), {"Origin": address.strip("/")}
    async with ClientSession(address, cookie_jar=jar, headers=headers) as session:
        async with session.get("/") as page:
            assert page.status == 200
        yield session


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110  # another program has no event that could be awaited
            await asyncio.sleep(0.02)
