"""EngineThread: the one warm thread that owns the device, behind `await`.

The event loop hands seats over by a queue; everything comes back by `call_soon_threadsafe`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue

import torch

from engine.about import known
from engine.card import ModelCard
from engine.curve import WIDEST, Curve
from engine.errors import Cancelled, EaselError, PainterLost, PaintingFailed
from engine.gpu.budget import Budget, budget_of
from engine.gpu.call import Call, Crossing
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.device import free, prepare
from engine.gpu.images.enlarger import Enlarger
from engine.gpu.knee import find_knees
from engine.gpu.leisure import Leisure
from engine.gpu.renewal import Renewal
from engine.gpu.safety import Safety
from engine.gpu.seat import Seat
from engine.gpu.switches.ready import Ready
from engine.gpu.warm import Warm
from engine.gpu.warmup import warm_up
from engine.job import Picture, Recipe
from engine.made import Made
from engine.meter import Meter
from engine.png import write_png
from engine.ports import Tell
from engine.turns import Turns

log = logging.getLogger(__name__)

Load = Callable[[], Warm]


class EngineThread:
    """A Painter. `start` it, `await close()` it; both from the same event loop."""

    def __init__(
        self,
        load: Load,
        *,
        device: torch.device,
        seats: int,
        most_rows: int,
        enlarger: Enlarger | None = None,
        open_safety: Callable[[], Safety | None] = lambda: None,
        kept: Curves | None = None,
        ready: Ready | None = None,
    ) -> None:
        """Where curves are `kept` forwards are as wide as those say; else `most_rows` wide.

        `ready` makes models ready for what is asked often.
        """
        self._load = load
        self._enlarger = enlarger
        self._open_safety = open_safety
        self._device = device
        self._seats = seats
        self._most_rows = most_rows if kept is None else WIDEST
        self._kept = kept
        self._ready = ready
        self._curves: Mapping[str, tuple[Curve, ...]] = {}
        self.meter = Meter()
        self._warm: Warm | None = None
        self._cards: Mapping[str, ModelCard] = {}
        self._inbox: SimpleQueue[Seat | None] = SimpleQueue()
        # Held while a seat is put into the inbox, so that none can slip in behind the last look.
        self._door = threading.Lock()
        self._over: EaselError | None = PaintingFailed("The painter has not started yet.")
        self._closing = False
        self._thread: threading.Thread | None = None
        self._gone: Crossing[None] | None = None

    @property
    def name(self) -> str:
        return str(self._device)

    @property
    def warm(self) -> Collection[str]:
        return self._warm.loaded if self._warm else ()

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        return self._cards

    @property
    def curves(self) -> Mapping[str, tuple[Curve, ...]]:
        return self._curves

    @property
    def made(self) -> Mapping[str, tuple[Made, ...]]:
        warm = self._warm
        return warm.made if warm else {}

    @property
    def seats(self) -> int:
        return self._seats

    @property
    def alive(self) -> bool:
        """True while tiles can be handed over."""
        return self._over is None

    async def start(self) -> None:
        """Load and warm up. Raises what came in the way, BadModel for one."""
        ready, self._gone = Crossing[None](), Crossing[None]()
        # A daemon, or a program that died without closing it could not end.
        self._thread = threading.Thread(
            target=self._run, args=(ready.cross, self._gone.cross), name="engine", daemon=True
        )
        self._thread.start()
        await ready.outcome()

    async def close(self, *, within_s: float | None = None) -> None:
        """What is being painted ends as Cancelled at its next step, then the thread ends.

        A long step, or a model that is still loading, is waited for no longer than that: a program
        that ends takes the thread with it.
        """
        self._closing = True
        self._inbox.put(None)
        if self._gone is None or self._thread is None:
            return
        try:
            async with asyncio.timeout(within_s):
                await asyncio.shield(self._gone.outcome())
        except TimeoutError:
            log.info("the engine thread is left behind in the middle of something")
        else:
            self._thread.join()  # that was its last line

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        call = Call(tell)
        seat = Seat(recipe=recipe, sources=sources, tell=call.tell, end=call.end, about=known())
        with self._door:
            if self._over is not None:
                raise type(self._over)(str(self._over))
            self._inbox.put(seat)
        try:
            painted = await call.outcome()
        finally:
            seat.withdrawn = True
        # Elsewhere: a large PNG takes as long as several steps.
        png = await asyncio.to_thread(write_png, painted.image, recipe)
        return Picture(recipe=recipe, png=png, seconds=painted.seconds, notes=painted.notes)

    def _run(
        self, ready: Callable[[Exception | None], None], gone: Callable[[Exception | None], None]
    ) -> None:
        try:
            self._work(ready)
            # Only now nothing holds the weights any more.
            free(self._device)
        finally:
            gone(None)

    def _work(self, ready: Callable[[Exception | None], None]) -> None:
        company: Company | None = None
        reason: EaselError = PainterLost("The painter broke down. Easel must be started again.")
        try:
            prepare(self._device)
            warm = self._load()
            budget = budget_of(self._device, warm.held_by_recordings)
            company = Company(
                warm,
                self._device,
                Turns(most_rows=self._most_rows),
                budget=budget,
                enlarger=self._enlarger,
                safety=self._open_safety(),
                meter=self.meter,
            )
            warm_up(company, warm, budget, self._ready.make if self._ready else None)
            if self._kept is not None:
                self._curves = find_knees(company, warm, budget, self.meter, self._kept)
            if self._ready is not None:
                self._ready.compile(warm)
            leisure = self._leisure(company, warm, budget)
            leisure.pass_over()
            self._cards, self._warm = warm.cards, warm
            self._over = None
            ready(None)
            self._serve(company, leisure)
            leisure.end()
            reason = Cancelled("Easel is stopping, so the picture was not finished.")
        except Exception as error:
            if self.alive:
                log.critical("the engine thread failed", exc_info=error)
            ready(error)
        finally:
            with self._door:
                self._over = reason
            # Nothing here may hold the weights any longer.
            self._warm = None
            if company is not None:
                company.dismiss(reason)
            while not self._inbox.empty():
                if (seat := self._inbox.get()) is not None:
                    seat.end(reason)

    def _leisure(self, company: Company, warm: Warm, budget: Budget) -> Leisure:
        renewal = None
        if self._kept is not None:
            renewal = Renewal(
                company,
                warm,
                budget,
                self._kept,
                is_wanted=lambda: not self._inbox.empty(),
                learned=self._learn,
            )
        popular = self._ready.popular if self._ready else None
        return Leisure(warm=warm, popular=popular, renewal=renewal)

    def _learn(self, curves: Mapping[str, tuple[Curve, ...]]) -> None:
        self._curves = curves

    def _serve(self, company: Company, leisure: Leisure) -> None:
        """Until closed. Newcomers join between steps; without work it waits for one."""
        while not self._closing:
            while not (company.busy and self._inbox.empty()):
                leisure.note()
                seat = self._next(company, leisure)
                if seat is None:
                    return
                try:
                    company.welcome(seat)
                except Exception:
                    # It is in nobody's hands now, and somebody waits for it.
                    seat.end(PainterLost("The painter broke down."))
                    raise
            company.turn()

    def _next(self, company: Company, leisure: Leisure) -> Seat | None:
        """Whoever comes; None where it is to end."""
        while True:
            is_idle = not company.busy and self._inbox.empty()
            with suppress(Empty):
                return self._inbox.get(timeout=leisure.use() if is_idle else None)
