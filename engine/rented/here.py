"""Here: an engine of this very process, reached as one that is rented far away."""

import asyncio
from collections.abc import AsyncGenerator, Mapping

from engine.about import known
from engine.card import ModelCard
from engine.child.messages import Loaded, Paint, Told
from engine.errors import PainterGone
from engine.job import Picture, Recipe
from engine.ports import Tell
from engine.rented.call import Call
from engine.rented.letter import About, answering
from engine.rented.resident import Resident


class Here:
    """A Far: for who is on the machine already."""

    def __init__(self, resident: Resident) -> None:
        self._resident = resident

    async def about(self) -> bytes:
        resident = self._resident
        return answering(About(version=resident.version, ready=resident.ready))

    def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        return self._resident.paint(letter, "here")

    async def cancel(self, call: str) -> None:
        """Whoever stops listening has withdrawn it already."""


class Guest:
    """Paints with it. A picture that its engine breaks down with raises PainterGone."""

    def __init__(self, resident: Resident) -> None:
        self._resident = resident
        self._running: set[asyncio.Task[None]] = set()

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """Raises PainterGone where the engine did not start."""
        return self._resident.ready.cards

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        call = Call(Here(self._resident), version=self._resident.version, tell=tell, hear=_unheard)
        asked = Paint(number=0, recipe=recipe, sources=sources, facts=dict(known()))
        running = asyncio.create_task(call.run(asked))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(call.picture)
        except PainterGone:
            raise PainterGone("The engine broke down. Ask again in a moment.") from None
        finally:
            call.withdraw()


def _unheard(message: Loaded | Told) -> None:
    """Nobody counts it here."""
