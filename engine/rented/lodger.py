"""Lodger: asks an engine for pictures on the rented machine itself."""

from collections.abc import Callable, Mapping
from contextlib import aclosing

from engine.about import known
from engine.card import ModelCard
from engine.child.messages import Failed, Paint, Painted, Refused, Stepped
from engine.child.mishap import error_of
from engine.errors import PainterGone
from engine.job import Picture, Recipe
from engine.ports import Tell
from engine.rented.resident import BROKE, Resident


class Lodger:
    """Paints with it. `broke` is called where somebody finds that it paints nothing any more."""

    def __init__(self, resident: Resident, *, broke: Callable[[], None] = lambda: None) -> None:
        self._resident = resident
        self._broke = broke

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        """Raises PainterGone where the engine did not start, or broke down."""
        try:
            return self._resident.ready.cards
        except PainterGone:
            self._broke()
            raise

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        """Raises PainterGone where the engine breaks down with it."""
        asked = Paint(number=0, recipe=recipe, sources=sources, facts=dict(known()))
        # Measures are for who counts them, and nobody does here.
        async with aclosing(self._resident.painting(asked, counts=False)) as said:
            async for message in said:
                match message:
                    case Stepped(step=step, preview=preview):
                        tell(step, preview)
                    case Painted(picture=picture):
                        return picture
                    case Refused(mishap=mishap):
                        raise error_of(mishap)
                    case Failed():
                        break
        self._broke()
        raise PainterGone(BROKE)
