"""Outlook: the nodes of a cluster as a lookout of ours tells them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from signal import SIGKILL

from engine.afar.node import Node, read
from engine.afar.token import with_token
from engine.child.mishap import Mishap, error_of
from engine.child.process import inherited
from engine.errors import Unavailable

LOOKOUT = (sys.executable, "-P", "-m", "engine.afar.lookout")
LONGEST = 2**24

Nodes = tuple[Node, ...]
Looks = Callable[[], AsyncIterator[Nodes]]


async def looks(address: str, command: Sequence[str] = LOOKOUT) -> AsyncIterator[Nodes]:
    """One after the other, as long as there is a cluster. Raises Misconfigured, Unavailable."""
    lookout = await asyncio.create_subprocess_exec(
        *command,
        address,
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        limit=LONGEST,
        env=inherited(os.environ, with_token(os.environ)),
        # Whoever presses Ctrl+C means us, and we decide.
        start_new_session=True,
    )
    try:
        if lookout.stdout is None:
            raise RuntimeError("a lookout cannot be heard")
        while line := await lookout.stdout.readline():
            yield _understood(line)
        raise Unavailable("Who looks after the Ray cluster has ended.")
    finally:
        if lookout.returncode is None:
            # With all that it started, which has its session.
            with suppress(ProcessLookupError):
                os.killpg(lookout.pid, SIGKILL)
        await lookout.wait()


def _understood(line: bytes) -> Nodes:
    """Raises what the lookout says of the cluster."""
    try:
        if line.startswith(b"{"):
            raise error_of(Mishap(**json.loads(line)))
        return read(line)
    except (ValueError, TypeError) as error:
        raise Unavailable("What the lookout says of the Ray cluster cannot be read.") from error
