"""Ten-line stand-ins for what is slow or far away. They suspend where the real ones do."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from engine.card import ModelCard
from engine.errors import PainterLost, PaintingFailed
from engine.job import Picture, Recipe
from engine.png import write_png
from engine.ports import Tell

BOOK = ModelCard(
    name="book",
    family="sd",
    digest="d1",
    width=128,
    height=128,
    largest=512,
    steps=4,
    guidance=5.0,
    sampler="Euler",
)


def a_png(width: int = 8, height: int = 8, colour: str = "red") -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


class StandIn:
    """A painter that is always there, with all its models loaded."""

    name: str = "easel"
    alive: bool = True
    cards: Mapping[str, ModelCard]

    @property
    def warm(self) -> Collection[str]:
        return self.cards.keys()


@dataclass
class FakePainter(StandIn):
    """Paints plain pictures once `gate` is open. With "fail", "bug" or "lose" it does that."""

    cards: Mapping[str, ModelCard] = field(default_factory=lambda: {BOOK.name: BOOK})
    seats: int = 2
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    painting: list[Recipe] = field(default_factory=list)
    painted: list[Recipe] = field(default_factory=list)
    withdrawn: list[Recipe] = field(default_factory=list)
    sources: list[Mapping[str, bytes]] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    name: str = "easel"
    alive: bool = True

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        self.painting.append(recipe)
        self.sources.append(sources)
        tell(1, None)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.withdrawn.append(recipe)
            raise
        if "lose" in recipe.prompt:
            raise PainterLost("The painter broke down.")
        if "fail" in recipe.prompt:
            raise PaintingFailed("The paint ran out.")
        if "bug" in recipe.prompt:
            raise RuntimeError("a bug")
        self.painted.append(recipe)
        image = Image.new("RGB", (recipe.width, recipe.height), (recipe.seed % 256, 0, 0))
        png = write_png(image, recipe)
        return Picture(recipe=recipe, png=png, seconds=0.5, notes=self.notes)
