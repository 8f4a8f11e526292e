"""RentedPainter: paints on machines that somebody rents out by the second."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

from engine.about import known
from engine.card import ModelCard
from engine.child.frames import Rubbish
from engine.child.messages import Failed, Grown, Loaded, Paint, Ready, Told
from engine.child.mishap import error_of
from engine.child.painter import GONE
from engine.child.pauses import Pauses
from engine.errors import EaselError, Misconfigured, PainterGone
from engine.job import Picture, Recipe
from engine.made import Made
from engine.meter import Meter
from engine.ports import Tell
from engine.rented.call import OTHER, Call
from engine.rented.landlord import Landlord
from engine.rented.letter import offer_in, version_in
from engine.vitals import Vitals

log = logging.getLogger(__name__)


class RentedPainter:
    """A Painter, of all machines together: which of them paints is not decided here.

    `start` it, `await close()` it. `changed` is called when `alive` or `warm` is another.
    """

    def __init__(
        self,
        name: str,
        landlord: Landlord,
        *,
        machines: int,
        version: str,
        changed: Callable[[], None] = lambda: None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.meter = Meter()
        self._landlord = landlord
        self._machines = machines
        self._version = version
        self._changed = changed
        self._pause = pause
        self._ready: Ready | None = None
        self._warm: Collection[str] = ()
        self._made: Mapping[str, tuple[Made, ...]] = {}
        self._alive = False
        self._pauses = Pauses()
        self._calls: dict[asyncio.Task[None], Call] = {}
        self._returning: asyncio.Task[None] | None = None

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        return self._ready.cards if self._ready else {}

    @property
    def seats(self) -> int:
        return self._ready.seats * self._machines if self._ready else 0

    @property
    def alive(self) -> bool:
        return self._alive

    @property
    def warm(self) -> Collection[str]:
        """As it was told last: each machine has models of its own."""
        return self._warm if self._alive else ()

    @property
    def made(self) -> Mapping[str, tuple[Made, ...]]:
        """As it was told last, too."""
        return self._made if self._alive else {}

    async def start(self) -> None:
        """Raises Misconfigured. Nothing is rented for it: the first picture has a machine start."""
        self._ready = await offered(self._landlord, self._version)
        self._alive = True
        self._changed()

    async def close(self, *, within_s: float | None = None) -> None:
        """What is painted is withdrawn there, where that can be had in that time."""
        self._alive = False
        ending = set(self._calls)
        for call in self._calls.values():
            call.withdraw()
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.wait({self._returning})
        if ending:
            _, late = await asyncio.wait(ending, timeout=within_s)
            for task in late:
                task.cancel()
            await asyncio.wait(ending)
        self._changed()

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        if not self._alive:
            raise PainterGone(GONE, name=self.name)
        call = Call(self._landlord, version=self._version, tell=tell, hear=self._hear)
        asked = Paint(number=0, recipe=recipe, sources=sources, facts=dict(known()))
        task = asyncio.create_task(call.run(asked))
        self._calls[task] = call
        task.add_done_callback(lambda done: self._calls.pop(done, None))
        try:
            picture = await asyncio.shield(call.picture)
        except asyncio.CancelledError:
            call.withdraw()
            raise
        except PainterGone as error:
            self._leave(str(error))
            raise PainterGone(GONE, name=self.name) from None
        self._pauses = Pauses()
        return picture

    async def vitals(self) -> Vitals:
        """Nobody says how the devices of those machines are. Raises PainterGone."""
        raise PainterGone("How the devices of rented machines are is not known here.")

    def _hear(self, message: Loaded | Grown | Told) -> None:
        match message:
            case Grown(made=made):
                self._made = made
            case Loaded(models=models):
                self._warm = models
                self._changed()
            case Told(measured=measured):
                self.meter.tell(measured)

    def _leave(self, why: str) -> None:
        """It gets nothing more until it is seen to be there. What else is painted goes on."""
        if self._alive:
            log.error("the painter %s did not bring a picture to its end: %s", self.name, why)
            self._alive = False
            self._changed()
            self._returning = asyncio.create_task(self._return())

    async def _return(self) -> None:
        while True:
            pause_s, self._pauses = self._pauses.length_s, self._pauses.longer
            await self._pause(pause_s)
            try:
                found = await offered(self._landlord, self._version)
                self._require_same(found)
            except EaselError as error:
                log.error("the painter %s cannot be had: %s", self.name, error)
            except Exception:
                log.exception("the painter %s met a bug while it was looked for", self.name)
            else:
                log.info("the painter %s is back", self.name)
                self._ready, self._alive = found, True
                self._changed()
                return

    def _require_same(self, found: Ready) -> None:
        # Prices, limits and history go by the models that there were at the start.
        if dict(found.cards) != dict(self.cards):
            raise Misconfigured("Other models are deployed than before. Start Easel again.")


async def offered(landlord: Landlord, version: str) -> Ready:
    """What is deployed. Raises what came in the way there, and Misconfigured where it is another
    Easel than this."""
    letter = await landlord.offer()
    mend = "Deploy this one: modal deploy deploy/modal_app.py"
    try:
        theirs = version_in(letter)
        if theirs != version:
            raise Misconfigured(f"{OTHER} {mend}", theirs=theirs[:40], ours=version)
        offer = offer_in(letter)
    except Rubbish as error:
        raise Misconfigured(f"What is deployed cannot be understood: {error}. {mend}") from error
    if isinstance(offer.engine, Failed):
        raise error_of(offer.engine.mishap)
    return offer.engine
