"""Programs that are forked off one that has read all of our source, and so begin at once."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

OURS = get_context("forkserver")
OURS.set_forkserver_preload(["tests.storage.crash.worker"])
LINES = 1


class Forked:
    """One that runs, by the few words that are known of any process."""

    def __init__(self, process: ForkServerProcess, lines: asyncio.StreamReader) -> None:
        self._process = process
        self.stdout = lines

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.pid is None or self._process.exitcode is not None:
            raise ProcessLookupError
        os.kill(self._process.pid, number)

    async def wait(self) -> None:
        """Until it is gone, and with it the end of its lines."""
        while await self.stdout.readline():
            pass
        await asyncio.to_thread(self._process.join)


@asynccontextmanager
async def forked(program: Callable[..., None], *told: Any) -> AsyncIterator[Forked]:
    """Begin it, and kill it in the end, whatever it does then."""
    reading, writing = OURS.Pipe(duplex=False)
    process = OURS.Process(target=_run, args=(writing, program, told))
    await asyncio.to_thread(process.start)
    writing.close()
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader()
    transport, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), os.fdopen(os.dup(reading.fileno()), "rb")
    )
    reading.close()
    running = Forked(process, lines)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await running.wait()
        transport.close()
        process.close()


def _run(writing: Connection, program: Callable[..., None], told: tuple[Any, ...]) -> None:
    os.dup2(writing.fileno(), LINES)
    writing.close()
    with open(os.devnull, "wb") as nothing:  # what a mutant says of its mistake
        os.dup2(nothing.fileno(), 2)
    program(*told)
