"""Moorings: the berths of a cluster that somebody paints at, or tries to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from engine.afar.node import Berth
from engine.card import ModelCard
from engine.child.painter import ChildPainter
from engine.child.pauses import Pauses
from engine.crew import Crew
from engine.errors import BadModel, EaselError

STRANGE = (
    "The painter {name} has no model “{model}” with the weights that Easel has here. Put the very "
    "same files on both machines, in the folder that EASEL_RAY_DATA_DIR names there."
)

log = logging.getLogger(__name__)

Born = Callable[[str, Berth, Callable[[], None]], ChildPainter]
"""By its name, where it paints, and what it calls when it has changed."""
Key = tuple[str, int]


@dataclass(slots=True, eq=False, kw_only=True)
class Mooring:
    """One of them. `failure` is what last came in the way."""

    name: str
    task: asyncio.Task[None] | None = None
    failure: Exception | None = None


class Moorings:
    """All of them; `see` is told which berths there are. Jobs are planned with these cards."""

    def __init__(
        self,
        crew: Crew,
        cards: Mapping[str, ModelCard],
        born: Born,
        *,
        closes_within_s: float,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._crew = crew
        self._cards = cards
        self._born = born
        self._closes_within_s = closes_within_s
        self._pause = pause
        self._moorings: dict[Key, Mooring] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self.was_manned = False

    def see(self, berths: Collection[Berth]) -> None:
        there = {(berth.node.id, berth.number): berth for berth in berths}
        for key in [key for key in self._moorings if key not in there]:
            mooring = self._moorings.pop(key)
            log.warning("the node of the painter %s is gone", mooring.name)
            self._end(mooring)
        for key in [key for key in there if key not in self._moorings]:
            berth, taken = there[key], {each.name for each in self._moorings.values()}
            mooring = self._moorings[key] = Mooring(name=free_name(berth.name, taken))
            mooring.task = asyncio.create_task(self._man(mooring, berth))
        self._news.set()

    async def manned(self, *, within_s: float) -> None:
        """Until somebody is warm. Raises TimeoutError where there is no berth so long, and what
        came in the way where it did so everywhere."""
        while not self.was_manned:
            async with asyncio.timeout(within_s):
                while not self._moorings:
                    await self._next()
            failures = [mooring.failure for mooring in self._moorings.values()]
            if all(failures):
                raise next(filter(None, failures))
            await self._next()

    async def close(self) -> None:
        """All of them end, those that leave already among them."""
        for mooring in self._moorings.values():
            self._end(mooring)
        self._moorings.clear()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _end(self, mooring: Mooring) -> None:
        if mooring.task is not None:
            mooring.task.cancel()
            self._leaving.add(mooring.task)
            mooring.task.add_done_callback(self._leaving.discard)

    async def _man(self, mooring: Mooring, berth: Berth) -> None:
        """Until cancelled. Whoever was warm once sees to it by itself that it is again."""
        strayed = asyncio.Event()

        def changed() -> None:
            if painter.alive and self._missing(painter):
                # At once: before it is given what was planned with other weights.
                self._crew.leave(painter)
                strayed.set()
            self._crew.changed()

        painter = self._born(mooring.name, berth, changed)
        pauses = Pauses(failures=1)
        try:
            while True:
                strayed.clear()
                try:
                    await painter.start()
                    if not strayed.is_set():
                        self._join(painter)
                        pauses = Pauses(failures=1)
                        await strayed.wait()
                    raise BadModel(STRANGE, name=painter.name, model=self._missing(painter))
                except Exception as error:
                    self._fail(mooring, error, pauses)
                await painter.close(within_s=self._closes_within_s)
                await self._pause(pauses.length_s)
                pauses = pauses.longer
        finally:
            self._crew.leave(painter)
            await painter.close(within_s=self._closes_within_s)

    def _missing(self, painter: ChildPainter) -> str:
        """The first model that jobs are planned with and that it has not; none: it has all."""
        for name, card in self._cards.items():
            theirs = painter.cards.get(name)
            if theirs is None or theirs.digest != card.digest:
                return name
        return ""

    def _join(self, painter: ChildPainter) -> None:
        self._crew.join(painter)
        self.was_manned = True
        self._news.set()
        log.info("the painter %s has joined", painter.name)

    def _fail(self, mooring: Mooring, error: Exception, pauses: Pauses) -> None:
        mooring.failure = error
        self._news.set()
        if not isinstance(error, EaselError | OSError):
            log.error("the painter %s met a bug", mooring.name, exc_info=error)
        log.error(
            "the painter %s cannot start, and is tried again in %g s: %s",
            mooring.name,
            pauses.length_s,
            error,
        )


def free_name(wanted: str, taken: Collection[str]) -> str:
    """It, or with the next number where somebody is called so."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
