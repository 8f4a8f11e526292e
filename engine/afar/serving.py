"""Serving: the process of a ferry, between its parent's socket and a cluster."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Sequence
from pathlib import Path

from engine.afar.ferry import Away, Ferry
from engine.afar.parcel import Parcel, packed, unpacked
from engine.afar.voyage import voyage_of
from engine.child.frames import Frame
from engine.child.host import DECIDED_BY_THE_PARENT, OpenEngine
from engine.child.log_lines import send_lines
from engine.child.messages import Failed, FromChild, frame_of
from engine.child.mishap import mishap_of
from engine.child.post import Post
from engine.errors import EaselError, PainterGone

STDOUT, STDERR = 1, 2

log = logging.getLogger(__name__)


def serve_ferry(
    told: str, descriptor: int, open_engine: OpenEngine, modules: Sequence[Path] | None = None
) -> None:
    """Until the other side has ended or is gone, or the parent is. It never returns."""
    os.set_inheritable(descriptor, False)
    # Ray writes there at length what it also has in its own log.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, STDOUT)
    os.dup2(nowhere, STDERR)
    asyncio.run(_serve(told, socket.socket(fileno=descriptor), open_engine, modules))


class Bank:
    """The parent's side, as a Ferry wants it."""

    def __init__(self, place: socket.socket) -> None:
        loop, self._inbox = asyncio.get_running_loop(), asyncio.Queue[Parcel]()

        def hear(frame: Frame) -> None:
            loop.call_soon_threadsafe(self._inbox.put_nowait, packed(frame))

        self._post = Post(place, hear=hear, lost=lambda _: os._exit(1))

    def start(self) -> None:
        self._post.start()

    async def next(self) -> Parcel:
        return await self._inbox.get()

    def send(self, parcel: Parcel) -> None:
        self._post.send(unpacked(parcel))

    def say(self, message: FromChild) -> None:
        """Something of the ferry's own."""
        self._post.send(frame_of(message))

    def flush(self) -> None:
        self._post.flush()


async def _serve(
    told: str, place: socket.socket, open_engine: OpenEngine, modules: Sequence[Path] | None
) -> None:
    bank = Bank(place)
    send_lines(bank.say)
    bank.start()
    code = 1
    try:
        code = await _sail(told, bank, open_engine, modules)
    finally:
        bank.flush()
        # With this process ends what was begun for it, also where that hears nothing any more.
        os._exit(code)


async def _sail(
    told: str, bank: Bank, open_engine: OpenEngine, modules: Sequence[Path] | None
) -> int:
    try:
        # In here: nobody would hear of it where Ray cannot be imported.
        from engine.afar.ray_shore import ENGINE, RayShore

        voyage = voyage_of(told)
        shore = RayShore(voyage, open_engine, modules=modules or (ENGINE,))
        # Not here, or it would take the signals of this process.
        await asyncio.to_thread(shore.begin)
        # Whoever presses Ctrl+C means the parent, and that one decides.
        for number in DECIDED_BY_THE_PARENT:
            signal.signal(number, signal.SIG_IGN)
        await Ferry(voyage, shore, bank).run()
    except Away as error:
        log.warning("the cluster: %s", error)
        bank.say(Failed(mishap=mishap_of(PainterGone("The cluster cannot be reached."))))
        return 1
    except EaselError as error:
        bank.say(Failed(mishap=mishap_of(error)))
        return 1
    except Exception as error:
        log.exception("a ferry met a bug and ends")
        bank.say(Failed(mishap=mishap_of(error)))
        return 1
    return 0
