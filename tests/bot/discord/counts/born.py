"""A program that a mother bore: in a process of its own, without the seconds of reading ours."""

import asyncio
import atexit
import json
import os
import resource
import sys
import tempfile
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import Process
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen
from typing import Self

ROOT = Path(__file__).parents[4]
PATIENCE_S = 120.0


class Born(Process):
    """Looked after as any other, but that it has no input, and no output but its log."""

    def __init__(self, pid: int, mother: StreamReader, writer: StreamWriter) -> None:
        self.pid = pid
        self.stdin = self.stdout = self.stderr = None
        self._ended: int | None = None
        self._writer = writer
        self._ending = asyncio.ensure_future(self._end(mother))

    @classmethod
    async def of(
        cls, module: str, *arguments: str, env: Mapping[str, str], cwd: Path, log: Path
    ) -> Self:
        wanted = {
            "module": module,
            "arguments": arguments,
            "env": dict(env),
            "cwd": str(cwd),
            "log": str(log),
        }
        reader, writer = await _ask()
        writer.write(json.dumps(wanted).encode() + b"\n")
        return cls(int(await reader.readline()), reader, writer)

    @property
    def returncode(self) -> int | None:
        return self._ended

    async def wait(self) -> int:
        return await asyncio.shield(self._ending)

    def send_signal(self, signal: int) -> None:
        if self._ended is not None:
            raise ProcessLookupError
        os.kill(self.pid, signal)

    def kill(self) -> None:
        self.send_signal(SIGKILL)

    async def _end(self, mother: StreamReader) -> int:
        self._ended = int(await mother.readline())
        self._writer.close()
        await self._writer.wait_closed()
        return self._ended


def as_usual() -> None:
    """As many open files as most systems let a program have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, most), most))


async def _ask() -> tuple[StreamReader, StreamWriter]:
    path, mother = _mother()
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await asyncio.open_unix_connection(path)
            except (FileNotFoundError, ConnectionRefusedError):
                # She still reads.
                assert mother.poll() is None, "the mother ended by herself"
                await asyncio.sleep(0.05)


@cache
def _mother() -> tuple[Path, Popen[bytes]]:
    """One for all tests of this process."""
    folder = tempfile.TemporaryDirectory(prefix="easel")
    path = Path(folder.name) / "door"
    kept = {name: each for name, each in os.environ.items() if not name.startswith("EASEL_")}
    mother = Popen(
        (sys.executable, "-m", "tests.bot.discord.counts.mother", str(path)),
        stdin=PIPE,
        cwd=ROOT,
        env=kept,
        preexec_fn=as_usual,
    )
    atexit.register(_leave, mother, folder)
    return path, mother


def _leave(mother: Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
    mother.communicate()
    folder.cleanup()
