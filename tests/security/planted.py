"""The real program as a process, and all that anybody can read of it."""

import asyncio
import os
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
HUB = "hf_pl4ntedhub"
READY = re.compile(r"http://127\.0\.0\.1:\d+/")


@dataclass(kw_only=True)
class Told:
    """All that anybody could read of the program."""

    out: list[str] = field(default_factory=list)
    err: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def everything(self) -> str:
        return "".join((*self.out, *self.err, *self.seen))

    async def until(self, look: Callable[[str], bool]) -> None:
        """As soon as something that it writes fits."""
        async with asyncio.timeout(PATIENCE_S):
            while not look(self.everything):
                self.more.clear()
                await self.more.wait()

    @property
    def log(self) -> list[str]:
        return "".join(self.err).split("\n")


@dataclass(frozen=True, kw_only=True)
class Running:
    """Until it is stopped."""

    process: Process
    told: Told
    reading: list[asyncio.Task[None]]

    async def address(self) -> str:
        """Where it is, once it is ready."""
        await self.told.until(lambda said: bool(READY.search(said)))
        found = READY.search(self.told.everything)
        assert found
        return found[0]

    async def ended(self) -> int:
        async with asyncio.timeout(PATIENCE_S):
            code = await self.process.wait()
            await asyncio.gather(*self.reading)
        return code


@asynccontextmanager
async def running(data_dir: Path, *, bug: str = "none", **settings: str) -> AsyncIterator[Running]:
    """With the most that Python and the log will say."""
    told = Told()
    environ = {name: value for name, value in os.environ.items() if "EASEL" not in name}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "dev", "-X", "faulthandler", "-W", "ignore"),
        *("-m", "tests.security.program", bug),
        stdout=PIPE,
        stderr=PIPE,
        cwd=data_dir.parent,
        env={
            **environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "EASEL_PORT": "0",
            "EASEL_DATA_DIR": str(data_dir),
            "HF_TOKEN": HUB,
            **{f"EASEL_{name.upper()}": value for name, value in settings.items()},
        },
    )
    assert process.stdout
    assert process.stderr
    reading = [
        asyncio.create_task(_read(process.stdout, told.out, told.more)),
        asyncio.create_task(_read(process.stderr, told.err, told.more)),
    ]
    try:
        yield Running(process=process, told=told, reading=reading)
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(PATIENCE_S):
                await process.wait()
        finally:
            with suppress(ProcessLookupError):
                process.kill()
        await asyncio.gather(*reading)


async def _read(stream: asyncio.StreamReader, told: list[str], more: asyncio.Event) -> None:
    while line := await stream.read(2**16):
        told.append(line.decode(errors="replace"))
        more.set()
