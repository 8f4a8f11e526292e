"""Host: the child's side. It opens an engine and does with it what the parent asks for."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from engine.about import Facts, context_about
from engine.child.frames import Frame, Rubbish
from engine.child.log_lines import send_lines
from engine.child.messages import (
    Close,
    Failed,
    FromChild,
    Grown,
    Loaded,
    Look,
    Paint,
    Painted,
    Ready,
    Refused,
    Seen,
    Stepped,
    ToChild,
    Told,
    Withdraw,
    frame_of,
    to_child,
)
from engine.child.mishap import mishap_of
from engine.child.orders import Orders
from engine.child.post import Post
from engine.curve import curves_of
from engine.errors import EaselError, PainterLost
from engine.made import made_of
from engine.meter import Measured, meter_of
from engine.ports import Painter
from engine.vitals import Vitals

DECIDED_BY_THE_PARENT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What paints, and how its device is; `look` may take a moment."""

    painter: Painter
    look: Callable[[], Vitals]


OpenEngine = Callable[[Orders], AbstractAsyncContextManager[Engine]]
Send = Callable[[FromChild], None]


def serve_parent(descriptor: int, open_engine: OpenEngine) -> None:
    """Until the parent has it end, or is gone. Then this process ends; it never returns."""
    for number in DECIDED_BY_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    # A program that is started from here must not keep the parent waiting for our end.
    os.set_inheritable(descriptor, False)
    asyncio.run(_serve(socket.socket(fileno=descriptor), open_engine))


async def _serve(place: socket.socket, open_engine: OpenEngine) -> None:
    loop, inbox = asyncio.get_running_loop(), asyncio.Queue[ToChild]()

    def hear(frame: Frame) -> None:
        loop.call_soon_threadsafe(inbox.put_nowait, to_child(frame))

    post = Post(place, hear=hear, lost=lambda _: os._exit(1))

    def send(message: FromChild) -> None:
        post.send(frame_of(message))

    send_lines(send)
    post.start()
    code = 1
    try:
        code = await host(open_engine, inbox, send)
    finally:
        post.flush()
        # A thread may be in the middle of a step, and nobody waits for it.
        os._exit(code)


async def host(open_engine: OpenEngine, inbox: asyncio.Queue[ToChild], send: Send) -> int:
    """Answers with what exit code the process ends."""
    orders = await inbox.get()
    try:
        if not isinstance(orders, Orders):
            raise Rubbish("somebody asked for something before there were orders")
        async with open_engine(orders) as engine:
            await Host(engine, inbox, send).run()
    except EaselError as error:
        send(Failed(mishap=mishap_of(error)))
        return 1
    except Exception as error:
        log.exception("a painter met a bug and ends")
        send(Failed(mishap=mishap_of(error)))
        return 1
    return 0


class Host:
    """Everything that it is asked for is done at once; the engine knows how to."""

    def __init__(self, engine: Engine, inbox: asyncio.Queue[ToChild], send: Send) -> None:
        self._engine = engine
        self._painter = engine.painter
        self._inbox = inbox
        self._send = send
        self._doing: dict[int, asyncio.Task[None]] = {}
        self._warm: frozenset[str] = frozenset()
        self._grown = Grown(made={}, curves={})
        self._lost: PainterLost | None = None

    async def run(self) -> None:
        """Until it is to close. Raises PainterLost where the engine broke down."""
        meter_of(self._painter).add(self._measure)
        self._send(
            Ready(
                cards=dict(self._painter.cards),
                seats=self._painter.seats,
                curves=dict(curves_of(self._painter)),
            )
        )
        self._grown = replace(self._grown, curves=dict(curves_of(self._painter)))
        self._tell_warm()
        self._tell_grown()
        try:
            while not isinstance(message := await self._inbox.get(), Close):
                self._take(message)
        finally:
            doing = list(self._doing.values())
            for task in doing:
                task.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
        if self._lost is not None:
            raise self._lost

    def _take(self, message: ToChild) -> None:
        match message:
            case Paint(number=number):
                self._do(number, self._paint(message), message.facts)
            case Look(number=number):
                self._do(number, self._look(number), {})
            case Withdraw(number=number):
                if task := self._doing.get(number):
                    task.cancel()

    def _do(self, number: int, work: Coroutine[Any, Any, None], facts: Facts) -> None:
        task = asyncio.create_task(work, context=context_about(**facts))
        self._doing[number] = task
        task.add_done_callback(lambda _: self._doing.pop(number, None))

    async def _paint(self, asked: Paint) -> None:
        def tell(step: int, preview: bytes | None) -> None:
            self._send(Stepped(number=asked.number, step=step, preview=preview))
            self._tell_warm()

        with self._refusing(asked.number):
            picture = await self._painter.paint(asked.recipe, asked.sources, tell)
            self._tell_warm()
            self._tell_grown()
            self._send(Painted(number=asked.number, picture=picture))

    async def _look(self, number: int) -> None:
        with self._refusing(number):
            vitals = await asyncio.to_thread(self._engine.look)
            # Much of it is done while nobody paints.
            self._tell_grown()
            self._send(Seen(number=number, vitals=vitals))

    @contextmanager
    def _refusing(self, number: int) -> Iterator[None]:
        try:
            yield
        except PainterLost as error:
            # Only a new start mends it, and that is the parent's to see to.
            self._lost = error
            self._inbox.put_nowait(Close())
        except EaselError as error:
            self._send(Refused(number=number, mishap=mishap_of(error)))
        except Exception as error:
            log.exception("a picture met a bug")
            self._send(Refused(number=number, mishap=mishap_of(error)))

    def _tell_warm(self) -> None:
        warm = frozenset(self._painter.warm)
        if warm != self._warm:
            self._warm = warm
            self._send(Loaded(models=tuple(self._painter.warm)))

    def _tell_grown(self) -> None:
        grown = Grown(made=dict(made_of(self._painter)), curves=dict(curves_of(self._painter)))
        if grown != self._grown:
            self._grown = grown
            self._send(grown)

    def _measure(self, measured: Measured) -> None:
        self._send(Told(measured=measured))
