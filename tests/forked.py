"""Programs that are forked off one that has read all of our source, and so begin at once."""

import asyncio
import os
from asyncio import StreamReader
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from signal import SIGKILL
from typing import Any

OURS = get_context("forkserver")
OURS.set_forkserver_preload(
    ["tests.storage.crash.worker", "bot.discord.start", "bot.serve", "tests.fakes"]
)
LINES, LOG = 1, 2


class Forked:
    """One that runs, by the few words that are known of any process."""

    def __init__(self, process: ForkServerProcess, lines: StreamReader) -> None:
        assert process.pid is not None, "it was started"
        self._process, self.pid, self.stdout = process, process.pid, lines
        self._ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(process.sentinel, self._end)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(SIGKILL)

    async def wait(self) -> int:
        await self._ended.wait()
        assert self.returncode is not None, "it has ended"
        return self.returncode

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._ended.set()


Running = Process | Forked
"""A program that was forked or started."""


@asynccontextmanager
async def forked(program: Callable[..., None], *told: Any) -> AsyncIterator[Forked]:
    """Begin it, and kill it in the end, whatever it does then. What it writes are its lines."""
    reading, writing = OURS.Pipe(duplex=False)
    process = OURS.Process(target=_run, args=(writing, program, told))
    await asyncio.to_thread(process.start)
    writing.close()
    lines = StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(os.dup(reading.fileno()), "rb")
    )
    reading.close()
    running = Forked(process, lines)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            running.kill()
        await running.wait()
        transport.close()
        process.close()


def _run(writing: Connection, program: Callable[..., None], told: tuple[Any, ...]) -> None:
    os.dup2(writing.fileno(), LINES)
    writing.close()
    with open(os.devnull, "wb") as nothing:  # what a mutant says of its mistake
        os.dup2(nothing.fileno(), LOG)
    program(*told)
