"""Afar: what a node of a cluster runs, an engine that talks to one who is far away."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from typing import Any

from engine.afar.parcel import END, Parcel, packed, unpacked
from engine.child.host import OpenEngine, Send, host
from engine.child.log_lines import send_lines
from engine.child.messages import FromChild, ToChild, frame_of, to_child

TURN = 1000
"""So many parcels are one stream; the cluster keeps a little of each until their stream ends."""


class Afar:
    """An actor: `hear` and `talk` may be called as often as it takes, also at a time."""

    def __init__(
        self, open_engine: OpenEngine, *, listen: Callable[[Send], None] = send_lines
    ) -> None:
        self._open_engine = open_engine
        self._listen = listen
        self._inbox = asyncio.Queue[ToChild]()
        self._outbox = asyncio.Queue[Parcel]()
        self._hosting: asyncio.Task[Any] | None = None

    async def greet(self) -> int:
        """Its process's number, once it is placed. It begins to wait for orders."""
        if self._hosting is None:
            self._hosting = asyncio.create_task(self._host())
        return os.getpid()

    async def hear(self, *parcel: bytes) -> None:
        """Raises Rubbish, and RuntimeError where nobody was greeted."""
        self._require_begun()
        self._inbox.put_nowait(to_child(unpacked(parcel)))

    async def talk(self) -> AsyncIterator[Parcel]:
        """What it has to say, as it comes: for one turn, or up to the end. Raises RuntimeError
        where nobody was greeted."""
        self._require_begun()
        for _ in range(TURN):
            parcel = await self._outbox.get()
            yield parcel
            if parcel == END:
                return

    def _require_begun(self) -> None:
        """The cluster may have begun it anew: the one who was greeted would wait for ever."""
        if self._hosting is None:
            raise RuntimeError("its process ended, and this is another")

    async def _host(self) -> None:
        loop = asyncio.get_running_loop()

        def send(message: FromChild) -> None:
            # From whatever thread: log lines come from all of them.
            loop.call_soon_threadsafe(self._outbox.put_nowait, packed(frame_of(message)))

        self._listen(send)
        try:
            await host(self._open_engine, self._inbox, send)
        finally:
            loop.call_soon_threadsafe(self._outbox.put_nowait, END)
