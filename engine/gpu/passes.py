"""Passes: all that is done to a tile but its steps: before, between and after them."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from PIL.Image import Image
from torch import Tensor

from engine.errors import PaintingFailed
from engine.gpu.explain import no_room, too_large
from engine.gpu.family import Family
from engine.gpu.images.canvas import Canvas, canvas_of
from engine.gpu.images.enlarger import Enlarger, enlarged_latents
from engine.gpu.memory import Memory
from engine.gpu.painting import BLANK, Painting
from engine.gpu.safety import Safety
from engine.gpu.seat import Seat
from engine.gpu.warm import Warm
from engine.job import LATENT, Recipe
from engine.ladder import Work

Outcome = TypeVar("Outcome")

NOBODY_LOOKS = (
    "Pictures are looked at where you asked, and there is no model here any more that does. "
    "Whoever runs Easel names one by EASEL_SAFETY_MODEL."
)


class Finished(NamedTuple):
    """The picture as it may be shown, and what is to be said with it."""

    image: Image
    notes: tuple[str, ...]


class Passes:
    """Every piece of work climbs the memory ladder. Raises what people read where one fails."""

    def __init__(
        self, warm: Warm, memory: Memory, enlarger: Enlarger, safety: Safety | None
    ) -> None:
        self._warm = warm
        self._memory = memory
        self._enlarger = enlarger
        self._safety = safety

    def held(self, seat: Seat) -> Family:
        """The model of the tile, kept from being put away until it is released."""
        name = self._warm.require(seat.recipe)
        seat.family = self._memory.enough_for(
            Work.LOAD, self._warm.easing(name), lambda: self._warm.hold(name), seat.strain
        )
        if seat.family is None:
            raise no_room(name)
        return seat.family

    def first(self, seat: Seat) -> Painting | Finished:
        """The first pass; the picture where there is none to paint."""
        if self._safety is None and seat.recipe.safety not in (None, "off"):
            raise PaintingFailed(NOBODY_LOOKS)
        canvas = canvas_of(seat.recipe, seat.sources)
        if seat.recipe.keeps_image and canvas.picture is not None:
            return self._after(seat, seat.recipe, canvas, canvas.picture, ())
        return self._begun(seat, seat.recipe, canvas)

    def next(self, seat: Seat) -> Painting | Finished:
        """What comes after the last step of a pass: another pass, or the picture."""
        family, painting = family_of(seat), painting_of(seat)
        recipe, canvas = painting.recipe, painting.canvas
        if recipe.redraw and recipe.upscaler == LATENT:
            second, scale = recipe.second, family.autoencoder.scale
            width, height = second.width // scale, second.height // scale
            start = enlarged_latents(painting.latents, width, height)
            larger = canvas.enlarged(second.width, second.height, None)
            return self._begun(seat, second, larger, start=start, notes=painting.notes)
        image, notes = self._enough(seat, Work.DECODE, lambda: family.decode(painting))
        return self._after(seat, recipe, canvas, image, (*painting.notes, *notes))

    def _after(
        self, seat: Seat, recipe: Recipe, canvas: Canvas, image: Image, notes: tuple[str, ...]
    ) -> Painting | Finished:
        """Enlarges what a pass has painted, and paints over it, where the recipe says so."""
        if recipe.upscale > 1:
            image = self._enough(seat, Work.ENLARGE, lambda: self._enlarger.enlarged(image, recipe))
        if recipe.redraw:
            larger = canvas.enlarged(image.width, image.height, image)
            return self._begun(seat, recipe.second, larger, notes=notes)
        if self._safety is not None:
            looked = self._safety.looked
            image, more = self._enough(seat, Work.CHECK, lambda: looked(image, seat.recipe.safety))
            notes = (*notes, *more)
        return Finished(image, notes)

    def _begun(
        self,
        seat: Seat,
        recipe: Recipe,
        canvas: Canvas = BLANK,
        *,
        start: Tensor | None = None,
        notes: tuple[str, ...] = (),
    ) -> Painting:
        family = family_of(seat)

        def told() -> dict[str, Tensor]:
            family.wear(recipe)
            return dict(family.told(recipe, seat.sources))

        words = self._enough(seat, Work.TEXT, told)
        painting = self._enough(
            seat, Work.ENCODE, lambda: family.begin(recipe, canvas, words, start=start)
        )
        painting.notes = tuple(dict.fromkeys((*notes, *painting.notes)))
        if recipe is not seat.recipe:
            painting.before = seat.recipe.told_steps - recipe.steps
        return painting

    def _enough(self, seat: Seat, kind: Work, work: Callable[[], Outcome]) -> Outcome:
        """What the work makes. Raises OutOfMemory where it fits on no rung."""
        outcome = self._memory.enough_for(kind, family_of(seat).relief, work, seat.strain)
        if outcome is None:
            raise too_large(seat.recipe, seat.strain.rungs)
        return outcome


def painting_of(seat: Seat) -> Painting:
    if seat.painting is None:
        raise RuntimeError("this tile was not begun")
    return seat.painting


def family_of(seat: Seat) -> Family:
    if seat.family is None:
        raise RuntimeError("no model is held for this tile")
    return seat.family
