"""The real program paints on a Ray cluster that our own commands started."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from engine.afar.outlook import looks
from engine.afar.token import FILE, without_token
from engine.errors import Unavailable
from tests.bot.web.events.served import served
from tests.engine.afar.clusters import ROOT

DEPLOY = ROOT / "deploy" / "ray"
HEAD, PORT = "127.0.0.12", 6479
WORKERS = ("127.0.0.13", "127.0.0.14")
WAITING = {"queued", "painting"}
JOBS, PICTURES = 4, 2
PATIENCE_S = 300.0
SMALL = "--object-store-memory=80000000"


@asynccontextmanager
async def started(*command: str, environment: dict[str, str]) -> AsyncIterator[None]:
    """One of our commands, until the end of the block. It stays by itself."""
    process = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        begun = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()
        for child in begun:
            if child.is_running():
                child.kill()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_it_paints_there_and_loses_nothing_with_a_process_of_a_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Sockets lie in it, and their names may only be short.
    folder = Path(tempfile.mkdtemp(prefix="easel"))
    opens = {FILE: str(folder / "token"), "RAY_TMPDIR": str(folder)}
    environment = {**without_token(os.environ), **opens}
    for name, value in opens.items():
        monkeypatch.setenv(name, value)
    head = f"{HEAD}:{PORT}"
    try:
        async with AsyncExitStack() as stack:
            commands = {HEAD: [str(DEPLOY / "head"), HEAD, f"--port={PORT}", SMALL]}
            for address in WORKERS:
                commands[address] = [str(DEPLOY / "worker"), head, address, SMALL, "--num-cpus=1"]
            for address, command in commands.items():
                await stack.enter_async_context(started(*command, environment=environment))
                # One after the other, or on one machine they get into each other's way.
                await until_there(head, address)
            easel = await stack.enter_async_context(
                served(
                    tmp_path / "data",
                    EASEL_PAINTER="ray",
                    EASEL_DEVICE="cpu",
                    EASEL_RAY_ADDRESS=head,
                )
            )
            guest = await stack.enter_async_context(
                aiohttp.ClientSession(
                    base_url=f"http://{easel.host}:{easel.port}", headers={"Cookie": easel.cookie}
                )
            )

            async def told(path: str) -> Any:
                async with guest.get(path) as answer:
                    return await answer.json()

            async def all_ready() -> bool:
                painters = (await told("/v1/queue"))["painters"]
                ready = {each["name"] for each in painters if each["state"] == "ready"}
                return ready == set(WORKERS)

            async def all_busy() -> bool:
                return all(each["busy"] for each in (await told("/v1/queue"))["painters"])

            async def asked(number: int) -> str:
                job = {"prompt": f"a red circle {number}", "count": PICTURES, "steps": 30}
                async with guest.post("/v1/jobs", json=job) as answer:
                    return str((await answer.json())["id"])

            async with asyncio.timeout(PATIENCE_S):
                await until(all_ready)
                jobs = [await asked(number) for number in range(JOBS)]
                await until(all_busy)
                os.kill(painting_under(folder)[0], signal.SIGKILL)
                ended: list[Any] = []
                while len(ended) < JOBS:
                    told_of = [await told(f"/v1/jobs/{job}") for job in jobs]
                    ended = [each for each in told_of if each["status"] not in WAITING]
                    await asyncio.sleep(0.2)
                history = await told(f"/v1/history?limit={JOBS * PICTURES + 1}")
                await until(all_ready)
    finally:
        shutil.rmtree(folder, ignore_errors=True)

    assert [job["status"] for job in ended] == ["done"] * JOBS
    assert len(history["pictures"]) == JOBS * PICTURES
    assert all(0 < job["cost"] <= job["price"] for job in ended)


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    while not await so():  # noqa: ASYNC110  # no event tells of it
        await asyncio.sleep(0.1)


async def until_there(head: str, address: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                async with aclosing(looks(head)) as outlook:  # type: ignore[type-var]
                    async for nodes in outlook:
                        if address in {node.address for node in nodes}:
                            return
            except Unavailable:
                await asyncio.sleep(0.5)


def painting_under(folder: Path) -> list[int]:
    """The processes of that cluster in which somebody paints."""
    found = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.environ().get("RAY_TMPDIR") == str(folder) and "ray::Afar" in " ".join(
                process.cmdline()
            ):
                found.append(process.pid)
        except psutil.Error:
            continue
    return found
