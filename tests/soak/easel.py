"""Easel in a process of its own: started, stopped, killed, frozen, and missed when it is gone."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.complaints import Complaints
from tests.soak.excuses import Excuses, Trouble

ROOT = Path(__file__).parents[2]
READY = "Easel is ready: "
PATIENCE_S = 180.0
"""For a start, on a machine that has more to do."""
HALT_S = 30.0
"""So long a machine may stand still, and what is promised in seconds is late by that."""
PREFIX = "EASEL_"


class NotThere(Exception):
    """The program is stopped, or is starting."""


@dataclass(slots=True, kw_only=True)
class Easel:
    """`lives` is how often it was started; `address` is where its page is while there is one."""

    folder: Path
    settings: Mapping[str, str]
    grace_s: float
    excuses: Excuses
    complaints: Complaints
    lives: int = 0
    exits: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it ended by itself: there is no use in going on."""
    _process: Process | None = None
    _address: str | None = None
    _wanted: bool = False
    _reading: list[asyncio.Task[None]] = field(default_factory=list)
    _changing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    @property
    def address(self) -> str:
        """Raises NotThere."""
        if self._address is None:
            raise NotThere
        return self._address

    @property
    def process(self) -> int | None:
        """Its number once it is ready, and until it is to end."""
        return self._process.pid if self._process and self._address else None

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of ours but what was chosen for the soak."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", **self.settings}

    async def start(self) -> None:
        with self.excuses.during(Trouble.AWAY):
            began = time.monotonic()
            with self.log.open("ab") as log:
                self._process = process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "bot", "serve"),
                    stdout=PIPE,
                    stderr=log,
                    cwd=self.folder,
                    env=self.environment,
                )
            self._wanted = True
            ready = asyncio.Event()
            self._reading = [
                asyncio.create_task(self._read(process, ready)),
                asyncio.create_task(self._miss(process)),
            ]
            try:
                await asyncio.wait_for(ready.wait(), PATIENCE_S)
            except TimeoutError:
                self.complaints.add(f"life {self.lives + 1} was not ready after {PATIENCE_S:.0f} s")
            self.lives += 1
            self.starts.append(time.monotonic() - began)

    async def _read(self, process: Process, ready: asyncio.Event) -> None:
        """Where its page is; the rest must be read too, or it would wait for its reader."""
        assert process.stdout is not None
        async for line in process.stdout:
            said = line.decode(errors="replace").strip()
            if said.startswith(READY):
                self._address = said.removeprefix(READY).rstrip("/")
                ready.set()
        # It has ended; whoever waits for it to be ready need not wait any longer.
        ready.set()

    async def _miss(self, process: Process) -> None:
        code = await process.wait()
        if self._wanted and self._process is process:
            self._address = None
            self.gone.set()
            self.complaints.add(f"life {self.lives} of the program ended by itself with {code}")

    async def kill(self) -> None:
        """As nobody can prevent."""
        process = self._leaving()
        with suppress(ProcessLookupError):
            process.kill()
        await self._left(process)

    async def stop(self, *, hurry: bool = False) -> None:
        """In order, and within its grace; in a `hurry` it is told twice."""
        process = self._leaving()
        began = time.monotonic()
        with suppress(ProcessLookupError):
            process.terminate()
            if hurry:
                await asyncio.sleep(0.2)
                process.terminate()
        most = self.grace_s + 2 + HALT_S
        try:
            await asyncio.wait_for(process.wait(), most)
        except TimeoutError:
            self.complaints.add(f"the program was told to stop and is there after {most:.0f} s")
            with suppress(ProcessLookupError):
                process.kill()
        self.exits.append(time.monotonic() - began)
        await self._left(process)
        # Told twice it may say that it was cut short, as a shell reads it.
        if process.returncode and not hurry:
            self.complaints.add(f"the program was told to stop and ended with {process.returncode}")

    async def close(self) -> None:
        """In order where it is there, and else at once."""
        if self._address is not None:
            await self.stop()
        elif self._process is not None and self._process.returncode is None:
            await self.kill()

    def _leaving(self) -> Process:
        assert self._process is not None
        self._wanted = False
        self._address = None
        return self._process

    async def _left(self, process: Process) -> None:
        await process.wait()
        for task in self._reading:
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """One at a time does something to it that ends it or stops it."""
        async with self._changing:
            yield

    async def freeze(self, seconds: float) -> None:
        assert self._process is not None
        # It may have ended by itself, of which `_miss` complains.
        with self.excuses.during(Trouble.HALTED), suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGSTOP)
            try:
                await asyncio.sleep(seconds)
            finally:
                self._process.send_signal(signal.SIGCONT)
