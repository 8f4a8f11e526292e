"""Ferry: carries what a parent and an engine on another machine say to each other.

It is a process of its own for each painter. Ray ends the process that it is used in where a cluster
is begun anew, and takes its signals; the program itself must neither end nor miss one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Protocol

from engine.afar.parcel import END, Parcel
from engine.afar.voyage import Voyage
from engine.errors import PainterGone, Unavailable

log = logging.getLogger(__name__)


class Away(Exception):
    """Who is far away cannot be reached, or is no more; in words for the log."""


class Shore(Protocol):
    """The other side. All of it raises Away."""

    async def greet(self) -> int:
        """Returns once somebody is there."""
        ...

    async def hear(self, parcel: Parcel) -> None:
        """Returns once it is heard, so that the next one is heard after it."""
        ...

    def talk(self) -> AsyncIterator[Parcel]:
        """A turn of what is said there."""
        ...

    def free(self) -> tuple[int, int]:
        """How many cards and processors of that node nobody has now."""
        ...


class Ferry:
    """Goes until the other side has ended. Raises PainterGone, Unavailable."""

    def __init__(self, voyage: Voyage, shore: Shore, parent: "Parent") -> None:
        self._voyage = voyage
        self._shore = shore
        self._parent = parent

    async def run(self) -> None:
        try:
            await self._place()
            carrying = asyncio.create_task(self._carry())
            fetching = asyncio.create_task(self._fetch())
            try:
                done, _ = await asyncio.wait(
                    {carrying, fetching}, return_when=asyncio.FIRST_COMPLETED
                )
                for task in done:
                    task.result()
            finally:
                carrying.cancel()
                fetching.cancel()
        except Away as error:
            log.warning("the node %s: %s", self._voyage.berth.node.name, error)
            raise PainterGone(
                "Its process on the node {node} ended or cannot be reached any more.",
                node=self._voyage.berth.node.name,
            ) from error

    async def _place(self) -> None:
        try:
            async with asyncio.timeout(self._voyage.placed_within_s):
                number = await self._shore.greet()
        except TimeoutError:
            raise Unavailable(await asyncio.to_thread(self._why_not)) from None
        log.info("it has process %d of the node %s", number, self._voyage.berth.node.name)

    def _why_not(self) -> str:
        node, voyage = self._voyage.berth.node, self._voyage
        begun = f"The node {node.name} had no room for a painter within "
        begun += f"{voyage.placed_within_s:g} s: "
        try:
            gpus, cpus = self._shore.free()
        except Away as error:
            return f"{begun}{error}"
        if voyage.gpus:
            what = f"{gpus} of its {node.gpus} graphics cards are free"
        else:
            what = f"{cpus} of its {node.cpus} processors are free"
        if (gpus if voyage.gpus else cpus) > 0:
            return f"{begun}{what}, and no process was begun there. Its own log says why."
        return f"{begun}{what}. Other programs of that cluster have them, or another Easel."

    async def _carry(self) -> None:
        while True:
            await self._shore.hear(await self._parent.next())

    async def _fetch(self) -> None:
        while True:
            async with aclosing(self._shore.talk()) as turn:  # type: ignore[type-var]
                async for parcel in turn:
                    if parcel == END:
                        return
                    self._parent.send(parcel)


class Parent(Protocol):
    """This side."""

    async def next(self) -> Parcel: ...

    def send(self, parcel: Parcel) -> None: ...
