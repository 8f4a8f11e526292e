"""ChildPainter: paints in a process of its own, which is started again however it ends."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from itertools import count
from typing import Any

from engine.about import known
from engine.card import ModelCard
from engine.child.calls import Calls
from engine.child.heartbeat import Heartbeat
from engine.child.link import Link, OpenLink
from engine.child.log_lines import write
from engine.child.messages import (
    Failed,
    FromChild,
    Grown,
    Loaded,
    LogLine,
    Look,
    Paint,
    Painted,
    Ready,
    Refused,
    Seen,
    Stepped,
    Told,
    Withdraw,
)
from engine.child.mishap import error_of
from engine.child.orders import Orders
from engine.child.pauses import Pauses
from engine.curve import Curve
from engine.errors import EaselError, PainterGone
from engine.job import Picture, Recipe
from engine.made import Made
from engine.meter import Meter
from engine.ports import Tell
from engine.vitals import Vitals
from engine.whole import whole

GONE = "The painter {name} went away while it was wanted. Ask again in a moment."

log = logging.getLogger(__name__)


class ChildPainter:
    """A Painter. `start` it, `await close()` it; all from the same event loop.

    `changed` is called when `alive` or `warm` is another.
    """

    def __init__(
        self,
        name: str,
        orders: Orders,
        open_link: OpenLink,
        *,
        changed: Callable[[], None] = lambda: None,
        heartbeat: Heartbeat | None = None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.meter = Meter()
        self._orders = orders
        self._open_link = open_link
        self._changed = changed
        self._heartbeat = heartbeat or Heartbeat()
        self._pause = pause
        self._numbers = count(1)
        self._pictures = Calls[Picture]()
        self._looks = Calls[Vitals]()
        self._tells: dict[int, Tell] = {}
        self._cards: Mapping[str, ModelCard] = {}
        self._curves: Mapping[str, tuple[Curve, ...]] = {}
        self._made: Mapping[str, tuple[Made, ...]] = {}
        self._seats = 0
        self._warm: Collection[str] = ()
        self._alive = False
        self._pauses = Pauses()
        self._link: Link | None = None
        # What it says of itself before anything else, or before it ends.
        self._failure: EaselError | None = None
        self._ready: asyncio.Future[Ready] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        return self._cards

    @property
    def curves(self) -> Mapping[str, tuple[Curve, ...]]:
        return self._curves

    @property
    def made(self) -> Mapping[str, tuple[Made, ...]]:
        return self._made

    @property
    def seats(self) -> int:
        return self._seats

    @property
    def alive(self) -> bool:
        return self._alive

    @property
    def warm(self) -> Collection[str]:
        return self._warm if self._alive else ()

    @property
    def pid(self) -> int | None:
        """Of the process that there is now, where that is known."""
        return self._link.pid if self._link else None

    async def start(self) -> None:
        """Until it is warm. Raises what came in the way, BadModel for one."""
        link = await self._begin()
        self._keeper = asyncio.create_task(self._keep(link))

    async def close(self, *, within_s: float | None = None) -> None:
        """The process ends in order where it does so in that time. Else it is ended."""
        self._leave()
        keeper, self._keeper = self._keeper, None
        try:
            if keeper is not None:
                keeper.cancel()
                await asyncio.wait({keeper})
            if self._link is not None:
                await self._link.close(within_s=within_s)
        finally:
            # Also where nobody waits for it any more.
            if self._link is not None:
                await self._link.end()
                self._link = None

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        link, number = self._at_hand(), next(self._numbers)
        self._tells[number] = tell
        try:
            with self._pictures.waiting(number) as picture:
                link.send(Paint(number=number, recipe=recipe, sources=sources, facts=dict(known())))
                return await picture
        except asyncio.CancelledError:
            link.send(Withdraw(number=number))
            raise
        finally:
            del self._tells[number]

    async def vitals(self) -> Vitals:
        """Raises PainterGone."""
        link, number = self._at_hand(), next(self._numbers)
        with self._looks.waiting(number) as vitals:
            link.send(Look(number=number))
            return await vitals

    def _at_hand(self) -> Link:
        if not self._alive or self._link is None:
            raise self._broken()
        return self._link

    def _broken(self) -> EaselError:
        return PainterGone(GONE, name=self.name)

    async def _begin(self) -> Link:
        """A link to one that is ready, or none."""
        self._ready, self._failure = asyncio.get_running_loop().create_future(), None
        self._link = link = self._open_link(self._hear, self._leave)
        try:
            link.send(self._orders)
            leaving = asyncio.ensure_future(link.gone())
            either: set[asyncio.Future[Any]] = {self._ready, leaving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            leaving.cancel()
            if self._failure is not None:
                raise self._failure
            # Also where it was ready and went before anybody looked.
            if link.is_gone:
                raise PainterGone(
                    "The painter {name} did not start: {why}. The log says more.",
                    name=self.name,
                    why=await link.end(),
                )
            ready = self._ready.result()
        except BaseException:
            await whole(link.end())
            self._link = None
            raise
        self._cards, self._seats, self._curves = ready.cards, ready.seats, ready.curves
        self._alive = True
        self._changed()
        return link

    async def _keep(self, link: Link) -> None:
        """Until cancelled. Whatever ends, another is begun."""
        while True:
            silent = await self._leaves(link)
            why = await whole(link.end())
            self._link = None
            link = await self._begin_again(silent or str(self._failure or why))

    async def _leaves(self, link: Link) -> str:
        """Until it is gone, or does nothing any more. Answers why it is to be ended, if it is."""
        heart, missed = self._heartbeat, 0
        while missed < heart.misses:
            with suppress(TimeoutError):
                async with asyncio.timeout(heart.every_s):
                    await link.gone()
                return ""
            missed = 0 if await self._answers(heart.patience_s) else missed + 1
        return f"it gave no answer within {heart.patience_s:g} s, {heart.misses} times in a row"

    async def _answers(self, within_s: float) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await self.vitals()
        except TimeoutError:
            return False
        except EaselError as error:
            log.debug("the painter %s cannot say how it is, and says so: %s", self.name, error)
        return True

    async def _begin_again(self, why: str) -> Link:
        while True:
            pause_s, self._pauses = self._pauses.length_s, self._pauses.longer
            when = f"in {pause_s:g} s" if pause_s else "at once"
            log.error("the painter %s ended, and is started again %s: %s", self.name, when, why)
            await self._pause(pause_s)
            try:
                link = await self._begin()
            except Exception as error:
                why = str(error)
                if not isinstance(error, EaselError | OSError):
                    log.exception("the painter %s met a bug while it started", self.name)
            else:
                # Whoever read that it ended is to read this too.
                log.warning("the painter %s is back", self.name)
                return link

    def _leave(self) -> None:
        """Nothing comes of what it was asked for."""
        self._pictures.end(self._broken)
        self._looks.end(self._broken)
        self._warm, self._made = (), {}
        if self._alive:
            self._alive = False
            self._changed()

    def _hear(self, message: FromChild) -> None:
        match message:
            case Ready() if self._ready is not None and not self._ready.done():
                self._ready.set_result(message)
            case Grown(made=made, curves=curves):
                self._made, self._curves = made, curves
            case Failed(mishap=mishap):
                self._failure = error_of(mishap)
            case Loaded(models=models):
                self._warm = models
                self._changed()
            case Stepped(number=number, step=step, preview=preview):
                if self._pictures.is_waiting(number):
                    self._tells[number](step, preview)
            case Painted(number=number, picture=picture):
                self._pauses = Pauses()
                self._pictures.answer(number, picture)
            case Refused(number=number, mishap=mishap):
                self._pictures.refuse(number, error_of(mishap))
                self._looks.refuse(number, error_of(mishap))
            case Seen(number=number, vitals=vitals):
                self._looks.answer(number, vitals)
            case Told(measured=measured):
                self.meter.tell(measured)
            case LogLine():
                write(message)
