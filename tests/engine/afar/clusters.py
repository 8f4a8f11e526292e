"""Clusters on this machine, of nodes with addresses of their own."""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired

import psutil

from engine.afar.token import with_token, without_token
from tests.engine.child.nursery import PATIENCE_S

ROOT = Path(__file__).parents[3]
MARK = "easel "
TOKEN = "a token that only the tests know, and of the length that is asked for"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """A cluster, and what a process must have in its environment to be let in."""

    address: str
    opens: Mapping[str, str]
    keeper: "Popen[str]"

    async def add(self, address: str, *, gpus: int = 0) -> int:
        """Answers with the number of that node's process."""
        return int(await asyncio.to_thread(self._told, f"add {address} {gpus}"))

    async def lose(self, address: str) -> int:
        """As if its plug was pulled."""
        return int(await asyncio.to_thread(self._told, f"lose {address}"))

    def _told(self, order: str) -> str:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(f"{order}\n")
        self.keeper.stdin.flush()
        return said(self.keeper)


def said(keeper: "Popen[str]") -> str:
    assert keeper.stdout is not None
    for line in keeper.stdout:
        # Ray writes there too.
        if line.startswith(MARK):
            return line.removeprefix(MARK).strip()
    raise AssertionError("there is no cluster any more")


@contextmanager
def clustered(*, token: bool = True) -> Iterator[Clustered]:
    """With a head that gives one processor. Nothing of it is left, however the block ends."""
    # Sockets lie in it, and their names may only be short.
    folder = Path(tempfile.mkdtemp(prefix="easel"))
    file = folder / "token"
    file.write_text(TOKEN)
    opens = {"RAY_AUTH_TOKEN_PATH": str(file)}
    ours = {
        "RAY_TMPDIR": str(folder),
        "PYTHONPATH": str(ROOT),
        "RAY_worker_niceness": "0",
        "RAY_NUM_REDIS_GET_RETRIES": "120",
        # A node that is no more is missed five times.
        "RAY_health_check_period_ms": "1000",
    }
    asks = {**with_token(os.environ), **opens} if token else {}
    keeper = Popen(
        (sys.executable, "-m", "tests.engine.afar.keeper"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        text=True,
        env={**without_token(os.environ), **asks, **ours},
        start_new_session=True,
    )
    try:
        yield Clustered(address=said(keeper), opens=opens, keeper=keeper)
    finally:
        begun = psutil.Process(keeper.pid).children(recursive=True)
        try:
            # It may have more to say than fits into the pipe.
            keeper.communicate(timeout=PATIENCE_S)
        except TimeoutExpired:
            keeper.kill()
            keeper.wait()
        for process in begun:
            if process.is_running():
                os.kill(process.pid, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
