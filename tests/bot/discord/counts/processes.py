"""Easel in a process of its own, which can be killed, and does not share its time with Discord."""

import asyncio
import os
import resource
import runpy
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from bot.settings import Settings
from tests.discord_server.rest import Refusal
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.forked import LINES, LOG, Running, forked

ROOT = Path(__file__).parents[4]
SERVE = ("bot", "serve")
PATIENCE_S = 120.0
ALREADY = 40060


def quick(seconds: float) -> tuple[str, ...]:
    """With a painter that takes so long for a picture."""
    return ("tests.bot.discord.counts.program", str(seconds))


@asynccontextmanager
async def running(
    module: tuple[str, ...], server: Discord, settings: Settings, *, log: Path
) -> AsyncIterator[Running]:
    """From when it has come in until it is killed; what it logs is added to a file."""
    visits = len(server.doors.visits)
    async with started(module, server, settings, log=log) as process:
        await _come_in(process, server, visits + 1)
        yield process


@asynccontextmanager
async def started(
    module: tuple[str, ...], server: Discord, settings: Settings, *, log: Path
) -> AsyncIterator[Running]:
    """Until it is killed, whether it ever comes in or not."""
    folder, env = settings.data_dir.parent, {**os.environ, **_told(server, settings)}
    if module[0].startswith("tests."):
        # Easel itself is started as everywhere.
        async with forked(_live, module, folder, env, log) as born:
            yield born
        return
    with log.open("ab") as written:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *module),
            stdout=DEVNULL,
            stderr=written,
            cwd=folder,
            env=env,
            preexec_fn=_as_usual,
        )
    try:
        yield process
    finally:
        await kill(process)


def _live(module: tuple[str, ...], folder: Path, env: Mapping[str, str], log: Path) -> None:
    """As if Python had been started so."""
    _as_usual()
    with log.open("ab") as written, open(os.devnull, "wb") as nothing:
        os.dup2(written.fileno(), LOG)
        os.dup2(nothing.fileno(), LINES)
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    sys.argv[1:] = module[1:]
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)


def refusals(server: Discord) -> list[Refusal]:
    """But for a first answer given again, since it took too long to hear of the first try's end."""
    return [
        refusal
        for refusal in server.record.refusals
        if (refusal.route, refusal.code) != (Route.CALLBACK, ALREADY)
    ]


def _as_usual() -> None:
    """As many open files as most systems let a program have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, most), most))


async def _come_in(process: Running, server: Discord, visits: int) -> None:
    coming = asyncio.create_task(server.ready(visits, PATIENCE_S))
    gone = asyncio.create_task(process.wait())
    try:
        await asyncio.wait([coming, gone], return_when=asyncio.FIRST_COMPLETED)
        assert process.returncode is None, "Easel ended by itself; its log says why"
        await coming
    finally:
        coming.cancel()
        gone.cancel()


async def kill(process: Running) -> None:
    """As nobody can prevent, and without a word to Discord."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()


def _told(server: Discord, settings: Settings) -> dict[str, str]:
    named = settings.database_url
    return {
        **({"EASEL_DATABASE_URL": named.get_secret_value()} if named else {}),
        "PYTHONPATH": str(ROOT),
        "EASEL_PORT": "0",
        "EASEL_DATA_DIR": str(settings.data_dir),
        "EASEL_QUEUE_LIMIT": str(settings.queue_limit),
        "EASEL_DISCORD_TOKEN": server.token,
        "EASEL_DISCORD_API": server.api,
        "EASEL_DISCORD_GATEWAY": server.gateway,
    }
