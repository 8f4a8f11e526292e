"""Clusters on this machine, of nodes with addresses of their own."""

import asyncio
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.afar.token import with_token, without_token
from tests.engine.child.nursery import PATIENCE_S

ROOT = Path(__file__).parents[3]
MARK = b"easel "
TOKEN = "a token that only the tests know, and of the length that is asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """A cluster, and what a process must have in its environment to be let in."""

    address: str
    environment: Mapping[str, str]
    keeper: Process

    async def add(self, address: str) -> int:
        """Answers with the number of that node's process."""
        return int(await self._told(f"add {address}"))

    async def lose(self, address: str) -> int:
        """As if its plug was pulled."""
        return int(await self._told(f"lose {address}"))

    async def _told(self, order: str) -> str:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(f"{order}\n".encode())
        return await said(self.keeper)


async def said(keeper: Process) -> str:
    assert keeper.stdout is not None
    async with asyncio.timeout(4 * PATIENCE_S):
        while line := await keeper.stdout.readline():
            # Ray writes there too.
            if line.startswith(MARK):
                return line.removeprefix(MARK).decode().strip()
    raise AssertionError("there is no cluster any more")


@asynccontextmanager
async def clustered(*, token: bool = True) -> AsyncIterator[Clustered]:
    """With a head that gives one processor. Nothing of it is left, however the block ends."""
    # Sockets lie in it, and their names may only be short.
    folder = Path(tempfile.mkdtemp(prefix="easel"))
    file = folder / "token"
    file.write_text(TOKEN)
    opens = {"RAY_AUTH_TOKEN_PATH": str(file)} if token else {}
    kept = without_token(os.environ)
    environment = {**kept, **(with_token() if token else {}), **opens}
    keeper = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.engine.afar.keeper"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env={
            **environment,
            "RAY_TMPDIR": str(folder),
            "PYTHONPATH": str(ROOT),
            "RAY_worker_niceness": "0",
        },
        start_new_session=True,
    )
    try:
        yield Clustered(address=await said(keeper), environment=environment, keeper=keeper)
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        try:
            async with asyncio.timeout(PATIENCE_S):
                # It may have more to say than fits into the pipe.
                await keeper.communicate()
        finally:
            if keeper.returncode is None:
                os.killpg(keeper.pid, 9)
                await keeper.wait()
            shutil.rmtree(folder, ignore_errors=True)
