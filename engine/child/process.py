"""Process: a Link to a child of this process, from its start to its end."""

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

from engine.child.frames import Frame
from engine.child.link import Hear, Lost, OpenLink
from engine.child.messages import Close, ToChild, frame_of, from_child
from engine.child.post import Post
from engine.tokens import TOKENS

# Without the folder of whoever starts it among the places where code is looked for.
COMMAND = (sys.executable, "-P", "-m", "engine.child")
ROOT = Path(__file__).parents[2]
STDERR = 2
OURS = "EASEL_"

log = logging.getLogger(__name__)


class Process:
    """Starts it by this command, with the number of its descriptor behind. Raises OSError."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        hear: Hear,
        lost: Lost,
    ) -> None:
        self._hear = hear
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._gone = asyncio.Event()
        self._why: asyncio.Future[str] = self._loop.create_future()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            with theirs:
                self._process = Popen(
                    [*command, str(theirs.fileno())],
                    stdin=DEVNULL,
                    # What a library prints must not stand among what this program answers.
                    stdout=STDERR,
                    pass_fds=[theirs.fileno()],
                    env=inherited(os.environ, environment),
                    # Whoever presses Ctrl+C means the parent, and that one decides.
                    start_new_session=True,
                )
        except BaseException:
            ours.close()
            raise
        self._post = Post(ours, hear=self._on_frame, lost=self._on_lost)
        self._post.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_gone(self) -> bool:
        return self._gone.is_set()

    async def gone(self) -> None:
        await self._gone.wait()

    def send(self, message: ToChild) -> None:
        self._post.send(frame_of(message))

    async def close(self, *, within_s: float | None) -> None:
        self.send(Close())
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.gone()

    async def end(self) -> str:
        self._process.kill()
        return await asyncio.shield(self._why)

    # These are called in the thread that reads.

    def _on_frame(self, frame: Frame) -> None:
        self._call(self._hear, from_child(frame))

    def _on_lost(self, wrong: str | None) -> None:
        self._call(self._leave)
        code = self._process.wait()
        self._call(self._why.set_result, wrong or _why(code))

    def _call(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            log.debug("the event loop is closed, so nobody waits for this any more")

    def _leave(self) -> None:
        self._gone.set()
        self._lost()


def by_command(
    command: Sequence[str] = COMMAND, environment: Mapping[str, str] | None = None
) -> OpenLink:
    """Links to processes that are started so; `environment` is what they have beside ours."""

    def open_link(hear: Hear, lost: Lost) -> Process:
        return Process(command, environment or {}, hear=hear, lost=lost)

    return open_link


def inherited(ours: Mapping[str, str], changes: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child: ours without what opens something, and these changes.

    It finds the very code that its parent runs, from wherever that was started.
    """
    kept = {
        name: value
        for name, value in ours.items()
        if not name.startswith(OURS) and name not in TOKENS
    }
    path = os.pathsep.join(filter(None, (str(ROOT), ours.get("PYTHONPATH"))))
    return {**kept, "PYTHONPATH": path, **changes}


def _why(code: int) -> str:
    if code >= 0:
        return f"it ended with exit code {code}"
    if code == -signal.SIGKILL:
        return "it was ended by SIGKILL, which the system sends where memory runs out"
    with suppress(ValueError):
        return f"it was ended by {signal.Signals(-code).name}"
    return f"it was ended by signal {-code}"
