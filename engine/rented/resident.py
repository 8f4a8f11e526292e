"""Resident: an engine that stays on a rented machine, in a thread of its own.

The service has an event loop for what is asked of it, and starts and ends in no loop at all; so the
engine has one that depends on neither.
"""

import asyncio
import logging
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count

from engine.child.frames import Rubbish
from engine.child.host import OpenEngine, host
from engine.child.link import Hear
from engine.child.messages import (
    Close,
    Failed,
    FromChild,
    Grown,
    Loaded,
    Paint,
    Painted,
    Ready,
    Refused,
    Stepped,
    ToChild,
    Told,
    Withdraw,
)
from engine.child.mishap import mishap_of
from engine.child.orders import Orders
from engine.errors import PainterGone
from engine.rented.letter import Greeting, answering, asked_in

BROKE = "The engine broke down. Ask again in a moment."

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Somebody who asked for a picture. `counts` where they count what is measured, too."""

    hear: Hear
    counts: bool


class Resident:
    """`start` it before anything else; `close` ends it. Neither needs an event loop.

    What it is asked for may come from any event loop.
    """

    def __init__(self, orders: Orders, open_engine: OpenEngine, *, version: str) -> None:
        self._orders = orders
        self._open_engine = open_engine
        self.version = version
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._hearing: dict[int, Listener] = {}
        self._loaded: Loaded | None = None
        self._grown: Grown | None = None
        self._ready: Ready | None = None
        self._failed: Failed | None = None
        self._settled = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._inbox: asyncio.Queue[ToChild] | None = None
        self._thread = threading.Thread(target=self._live, name="resident", daemon=True)

    @property
    def broken(self) -> bool:
        """True where it paints nothing any more: only another machine can."""
        return self._failed is not None

    @property
    def ready(self) -> Ready:
        """Raises PainterGone where it did not start, or broke down."""
        if self._ready is None:
            raise PainterGone("The engine did not start. The log says more.")
        if self.broken:
            raise PainterGone(BROKE)
        return self._ready

    def start(self) -> None:
        """Until it is warm, or cannot be: then whoever asks for a picture is told why."""
        self._thread.start()
        self._settled.wait()

    def close(self, within_s: float | None = None) -> None:
        """It ends in order where it does so in that time."""
        self._tell(Close())
        self._thread.join(within_s)

    async def paint(self, letter: bytes, call: str) -> AsyncGenerator[bytes, None]:
        """`painting`, by letters."""
        yield answering(Greeting(version=self.version, call=call))
        asked = asked_in(letter)
        if not isinstance(asked, Paint):
            raise Rubbish("it asked for something else than a picture")
        async with aclosing(self.painting(asked)) as said:
            async for message in said:
                yield answering(message)

    async def painting(
        self, asked: Paint, *, counts: bool = True
    ) -> AsyncGenerator[FromChild, None]:
        """What becomes of a picture, to its end. Who leaves before has withdrawn it."""
        number, ended = next(self._numbers), False
        with self._hearing_of(number, counts=counts) as heard:
            self._tell(replace(asked, number=number))
            try:
                while not ended:
                    message = await heard.get()
                    ended = isinstance(message, Painted | Refused | Failed)
                    yield _as_asked(message, asked.number)
            finally:
                if not ended:
                    self._tell(Withdraw(number=number))

    @contextmanager
    def _hearing_of(self, number: int, *, counts: bool) -> Iterator[asyncio.Queue[FromChild]]:
        loop, heard = asyncio.get_running_loop(), asyncio.Queue[FromChild]()

        def hear(message: FromChild) -> None:
            with suppress(RuntimeError):  # whoever asked is gone, with their event loop
                loop.call_soon_threadsafe(heard.put_nowait, message)

        with self._lock:
            self._hearing[number] = Listener(hear=hear, counts=counts)
            told = (self._failed,) if self._failed else (self._loaded, self._grown)
        for message in told:
            if message is not None:
                heard.put_nowait(message)
        try:
            yield heard
        finally:
            with self._lock:
                self._hearing.pop(number, None)

    def _tell(self, message: ToChild) -> None:
        if self._loop is not None and self._inbox is not None:
            with suppress(RuntimeError):  # it has ended, which everybody was told
                self._loop.call_soon_threadsafe(self._inbox.put_nowait, message)

    # In the thread of the engine's event loop, and the meter's in that of the engine.

    def _live(self) -> None:
        try:
            asyncio.run(self._host())
        except BaseException as error:
            log.exception("the engine met a bug and ended")
            self._send(Failed(mishap=mishap_of(PainterGone(str(type(error).__name__)))))
        finally:
            if self._failed is None:
                self._send(Failed(mishap=mishap_of(PainterGone("The engine has ended."))))

    async def _host(self) -> None:
        self._loop, self._inbox = asyncio.get_running_loop(), asyncio.Queue()
        self._inbox.put_nowait(self._orders)
        await host(self._open_engine, self._inbox, self._send)

    def _send(self, message: FromChild) -> None:
        with self._lock:
            match message:
                case Ready():
                    self._ready = message
                    self._settled.set()
                    return
                case Failed():
                    self._failed = message
                    self._settled.set()
                case Loaded():
                    self._loaded = message
                case Grown():
                    self._grown = message
            listeners = self._whom(message)
        for each in listeners:
            each.hear(message)

    def _whom(self, message: FromChild) -> list[Listener]:
        match message:
            case Failed() | Loaded() | Grown():
                return list(self._hearing.values())
            case Told():
                # Once and not by each of them: it is counted where it comes to.
                return [each for each in self._hearing.values() if each.counts][:1]
            case Stepped(number=number):
                listener = self._hearing.get(number)
                return [listener] if listener else []
            case Painted(number=number) | Refused(number=number):
                # Its last word: what is told to all from here on it would not read.
                listener = self._hearing.pop(number, None)
                return [listener] if listener else []
        return []


def _as_asked(message: FromChild, number: int) -> FromChild:
    """By the number that whoever asked gave it."""
    match message:
        case Stepped() | Painted() | Refused():
            return replace(message, number=number)
    return message
