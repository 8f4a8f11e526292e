"""Call: one picture that is asked of a rented machine, from the asking to its end."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

from engine.child.frames import Rubbish
from engine.child.messages import (
    Failed,
    FromChild,
    Grown,
    Loaded,
    Paint,
    Painted,
    Refused,
    Stepped,
    Told,
)
from engine.child.mishap import error_of
from engine.errors import EaselError, PainterGone
from engine.job import Picture
from engine.ports import Tell
from engine.rented.landlord import Landlord
from engine.rented.letter import Greeting, answer_in, asking, version_in

OTHER = "What is deployed is Easel {theirs}, and this is {ours}."

log = logging.getLogger(__name__)


class Call:
    """`run` it beside. `picture` comes, or raises PainterGone with what the log is to say.

    It goes on after whoever waited has left: by what name it is ended there is known only once a
    machine has taken it up. `hear` gets what it says of the machine.
    """

    def __init__(
        self,
        landlord: Landlord,
        *,
        version: str,
        tell: Tell,
        hear: Callable[[Loaded | Grown | Told], None],
    ) -> None:
        self.picture: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()
        # Nobody may wait for it any more, and then nobody asks what went wrong.
        self.picture.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._landlord = landlord
        self._version = version
        self._tell = tell
        self._hear = hear
        self._name = ""
        self._greeted = asyncio.Event()
        self._withdrawn = asyncio.Event()
        self._over_there = False

    def withdraw(self) -> None:
        """Nobody waits for it any more."""
        self._withdrawn.set()

    async def run(self, asked: Paint) -> None:
        """To its end, here and there."""
        reading = asyncio.create_task(self._read(asked))
        leaving = asyncio.create_task(self._left())
        try:
            await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._fail("it was left before its end")
            reading.cancel()
            leaving.cancel()
            await asyncio.wait({reading, leaving})
        if self._name and not self._over_there:
            await self._end_there()

    async def _left(self) -> None:
        await self._withdrawn.wait()
        await self._greeted.wait()

    async def _end_there(self) -> None:
        try:
            await self._landlord.cancel(self._name)
        except EaselError as error:
            log.warning("a picture that nobody wants may be painted to its end: %s", error)

    async def _read(self, asked: Paint) -> None:
        try:
            async with aclosing(self._landlord.paint(asking(asked))) as letters:
                async for letter in letters:
                    try:
                        self._take(letter)
                    except (Rubbish, PainterGone) as error:
                        self._fail(str(error))
                    if self.picture.done():
                        return
            self._over_there = True
            self._fail("it ended without a picture")
        except EaselError as error:
            self._over_there = True
            self._fail(str(error))
        except Exception as error:
            log.exception("what came from a rented machine met a bug")
            self._fail(f"a bug was met: {type(error).__name__}")

    def _take(self, letter: bytes) -> None:
        if not self._greeted.is_set() and version_in(letter) != self._version:
            raise PainterGone(OTHER, theirs=version_in(letter)[:40], ours=self._version)
        match answer_in(letter):
            case Greeting() as greeting:
                self._greet(greeting)
            case message:
                self._answer(message)

    def _greet(self, greeting: Greeting) -> None:
        self._name = greeting.call
        if self._greeted.is_set():
            # It is begun again there without being asked, and attempts are counted here.
            raise PainterGone("The machine that painted was lost.")
        self._greeted.set()

    def _answer(self, message: FromChild) -> None:
        match message:
            case Stepped(step=step, preview=preview):
                if not self._withdrawn.is_set():
                    self._tell(step, preview)
            case Loaded() | Grown() | Told():
                self._hear(message)
            case Painted(picture=picture):
                self._over_there = True
                self.picture.set_result(picture)
            case Refused(mishap=mishap):
                self._over_there = True
                self.picture.set_exception(error_of(mishap))
            case Failed(mishap=mishap):
                self._over_there = True
                raise PainterGone(str(error_of(mishap)))

    def _fail(self, why: str) -> None:
        if not self.picture.done():
            self.picture.set_exception(PainterGone(why))
