"""Starting programs, killing them, and waiting until what they left is done."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from engine.errors import StorageFailed
from storage.database import connect
from tests.forked import Forked, Running, forked
from tests.storage.crash.checks import State, state_of, violations
from tests.storage.crash.plan import BEGUN, LEASE_S, Plan, notes
from tests.storage.crash.traps import POINTS
from tests.storage.crash.worker import begin

BEGUN_BY_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""
PATIENCE_S = 100.0
AFTER_S = 0.5
"""For a trap at what goes on when all is done."""
PROMPTS = ("a fox", "a hen", "a cat", "a dog", "withdraw it", "a cow", "fail", "an owl")


@dataclass
class Rig:
    """A database, a folder, and how many jobs were asked for."""

    url: str
    folder: Path
    chance: random.Random = field(default_factory=lambda: random.Random(7))
    asked: int = 0
    stuck: int = 0

    def asks(self, count: int, *, again: int = 0) -> tuple[tuple[str, str], ...]:
        """New interactions, and so many of before, which came twice."""
        first = max(0, self.asked - again)
        self.asked += count
        numbers = range(first, self.asked)
        return tuple((f"click {n}", PROMPTS[n % len(PROMPTS)]) for n in numbers)

    @asynccontextmanager
    async def program(self, plan: Plan) -> AsyncIterator[Forked]:
        async with forked(begin, self.url, self.folder, plan) as program:
            yield program

    async def cycle(self, plan: Plan) -> bool:
        """Run it until it kills itself, or is killed at some moment; True where it did itself.

        One with a trap has all the time that its jobs take to step into it.
        """
        async with self.program(plan) as process:
            await heard(process, "ready")
            if plan.trap:
                await heard(process, "asked")
                await at_rest(self, unless=process)
                moment = AFTER_S
            else:
                moment = self.chance.uniform(0.0, 0.5)
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), moment)
                return True
        return False

    async def rest(self, plan: Plan, *, more: int = 0) -> State:
        """Let programs work, started anew when they die, until all is done."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with self.program(plan) as process:
                    await heard(process, "asked")
                    while process.returncode is None:
                        state = await state_of(self.url)
                        # Also somebody who has just come looks at once after what others left.
                        self.stuck += state.stuck
                        if state.at_rest and state.jobs >= more:
                            return state
                        await asyncio.sleep(0.1)

    async def complaints(self) -> list[str]:
        found = await violations(self.url, self.folder)
        return [*found, *(["leases that ran out stayed"] if self.stuck else [])]


async def heard(process: Forked, word: str) -> None:
    """Wait until it says that, or is gone."""
    async for line in process.stdout:
        if line.decode().strip() == word:
            return


async def crash_on(rig: Rig, cycles: int, *, first: int = 0, mutant: str | None = None) -> set[str]:
    """Every second time at a named point, each in its turn; then let all be done.

    Answers the points at which a program did die.
    """
    snapped = set()
    for number in range(cycles):
        point = POINTS[(first + number // 2) % len(POINTS)] if number % 2 else None
        plan = Plan(asks=rig.asks(8, again=4), trap=point, at=1 + number % 3, mutant=mutant)
        if await rig.cycle(plan) and point:
            snapped.add(point)
    await rig.rest(Plan(asks=rig.asks(0, again=8), mutant=mutant))
    return snapped


async def stop_on(rig: Rig, *, slow: bool, mutant: str | None = None) -> None:
    """Stop a program past its lease while it paints; it goes on when another has the job.

    Where that one is `slow`, it still paints then; otherwise it has finished.
    """
    key = f"click {rig.asked}"
    rig.asked += 1
    before = len(notes(rig.folder, BEGUN))
    first = Plan(asks=((key, "long"),), long=1.0, lease=LEASE_S, mutant=mutant)
    async with rig.program(first) as stopped:
        await until(lambda: len(notes(rig.folder, BEGUN)) > before)
        await stop(stopped, rig.url)
        second = Plan(long=2.0 if slow else 0.05, lease=LEASE_S, mutant=mutant)
        async with rig.program(second) as other:
            await until(lambda: len(notes(rig.folder, BEGUN)) > before + 1)
            if not slow:
                await at_rest(rig)
            # Past the end of what it was painting, so that it has a result as soon as it goes on.
            await asyncio.sleep(1.0)
            stopped.send_signal(signal.SIGCONT)
            await at_rest(rig)
            # Long enough for it to store and tell what it has, if anybody let it.
            await asyncio.sleep(0.3)
            assert (stopped.returncode, other.returncode) == (None, None)


async def at_rest(rig: Rig, unless: Running | None = None) -> None:
    """Until all is done, or until that program is gone."""
    async with asyncio.timeout(PATIENCE_S):
        while not (await state_of(rig.url)).at_rest:
            if unless and unless.returncode is not None:
                return
            await asyncio.sleep(0.1)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not true():  # noqa: ASYNC110  # another program has no event that could be awaited
            await asyncio.sleep(0.02)


async def stop(process: Running, url: str) -> None:
    """At a moment at which it holds no lock: with one, others would have to wait for it."""
    while True:
        process.send_signal(signal.SIGSTOP)
        if await holds_nothing(url):
            return
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(0.01)


async def holds_nothing(url: str) -> bool:
    """True while nobody has begun anything in the database."""
    try:
        async with connect(url, patience=0.2) as engine, engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                return not (await connection.exec_driver_sql(BEGUN_BY_OTHERS)).scalar_one()
            await connection.exec_driver_sql("UPDATE jobs SET worker = worker")
            await connection.rollback()
    except (DBAPIError, StorageFailed):
        return False
    return True
