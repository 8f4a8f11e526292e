"""Easel in a process of its own, painting one picture after the other."""

import asyncio
import json
import os
import resource
import sqlite3
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot.web.cookie import HOME, NAME, Cookies, secret_in
from engine.clock import utc_now

ROOT = Path(__file__).parents[4]
CROWD = "tests.bot.web.events.crowd"
USUAL_FILES = 1024
"""So many may a program have open on most systems before it asks for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where it is, and how much it has painted and computed."""

    process: Process
    host: str
    port: int
    cookie: str
    folder: Path

    async def ask(self, count: int, request: Mapping[str, object]) -> None:
        """For so many jobs, each of them a new picture."""
        headers = {"Cookie": self.cookie}
        async with aiohttp.ClientSession(headers=headers) as session:
            for number in range(count):
                job = {"prompt": f"a red circle {number}", "fresh": True, **request}
                address = f"http://{self.host}:{self.port}/v1/jobs"
                async with session.post(address, json=job) as answer:
                    assert answer.status == 202, await answer.text()

    def painted(self) -> int:
        """How many pictures there are."""
        with closing(sqlite3.connect(self.folder / "easel.db")) as database:
            (count,) = database.execute("SELECT count(*) FROM pictures").fetchone()
            return int(count)

    def busy(self) -> float:
        """Seconds that its event loop has computed."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/stat")
        told = task.read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    @asynccontextmanager
    async def crowded(self, streams: int) -> AsyncIterator[dict[str, Any]]:
        """With so many streams open, and what their readers saw of it afterwards."""
        address = (self.host, str(self.port), self.cookie, str(streams))
        crowd = await asyncio.create_subprocess_exec(
            sys.executable, "-m", CROWD, *address, cwd=ROOT, stdin=PIPE, stdout=PIPE
        )
        assert crowd.stdout is not None
        seen: dict[str, Any] = {}
        try:
            assert await crowd.stdout.readline() == b"open\n"
            yield seen
            told, _ = await crowd.communicate(b"")
            seen.update(json.loads(told))
        finally:
            if crowd.returncode is None:
                crowd.kill()
                await crowd.wait()


@asynccontextmanager
async def served(folder: Path, **more: str) -> AsyncIterator[Served]:
    """From when it is ready until it has stopped in order, with more settings."""
    usual = {"EASEL_DATA_DIR": str(folder), "EASEL_PORT": "0", "EASEL_QUEUE_LIMIT": "2000"}
    settings = {**usual, **more}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"),
        stdout=PIPE,
        cwd=folder.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
        preexec_fn=_as_usual,
    )
    assert process.stdout is not None
    try:
        address = urlsplit((await process.stdout.readline()).decode().split()[-1])
        host, port = address.hostname, address.port
        assert host is not None
        assert port is not None
        yield Served(
            process=process, host=host, port=port, cookie=_cookie_of(folder), folder=folder
        )
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _cookie_of(folder: Path) -> str:
    """As the page gives it to whoever sits at this machine."""
    response = web.Response()
    Cookies(secret_in(folder), utc_now).give(response, HOME, secure=False)
    return f"{NAME}={response.cookies[NAME].value}"


def _as_usual() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(USUAL_FILES, most), most))
