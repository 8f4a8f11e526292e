"""Timetable: what a graphics card takes for steps of so many rows, for words and for pictures."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from engine.card import ModelCard
from engine.job import Recipe
from engine.sampler import sampler_named

SIMULATED = "simulated NVIDIA H100"
SOURCE = (
    "Step times are modelled for one NVIDIA H100 in half precision: the floating point operations "
    "and the memory traffic of each network, with tile and wave losses and attention at 45 % of "
    "the peak. Programs of 2023 and 2024 were measured at 1.2 to 1.7 times these. The times for "
    "words are estimates."
)
GUIDED = 2
"""Rows of a picture with guidance: one with its words, one without them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Of one model at one size, in milliseconds: a step by its rows, and the words, and the
    picture at the end."""

    steps: Mapping[int, float]
    words: float = 0.0
    picture: float = 0.0

    def __post_init__(self) -> None:
        if not self.steps or min(self.steps) < 1:
            raise ValueError("a card has a time for a step of one row or more")

    def step_s(self, rows: int) -> float:
        """Between two known widths along a line; beyond the widest each row takes as long as
        there."""
        known = sorted(self.steps)
        if rows <= known[0]:
            return self.steps[known[0]] / 1000
        for less, more in pairwise(known):
            if rows <= more:
                share = (rows - less) / (more - less)
                return (self.steps[less] * (1 - share) + self.steps[more] * share) / 1000
        return self.steps[known[-1]] * rows / known[-1] / 1000

    @property
    def words_s(self) -> float:
        return self.words / 1000

    @property
    def picture_s(self) -> float:
        return self.picture / 1000


Key = tuple[str, int, int]
"""What shares a step: a model, and the width and height of a picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """The paces of a card, by model and size."""

    paces: Mapping[Key, Pace]

    def pace(self, recipe: Recipe) -> Pace:
        """Raises KeyError for what nobody timed."""
        return self.paces[key_of(recipe)]

    def alone_s(self, recipe: Recipe) -> float:
        """What the picture takes where nobody else wants anything of the card."""
        pace = self.pace(recipe)
        steps = forwards_of(recipe) * pace.step_s(rows_of(recipe))
        return pace.words_s + steps + pace.picture_s


def key_of(recipe: Recipe) -> Key:
    return recipe.model, recipe.width, recipe.height


def rows_of(recipe: Recipe) -> int:
    return GUIDED if recipe.guidance > 1 else 1


def forwards_of(recipe: Recipe) -> int:
    return sampler_named(recipe.sampler).forwards(recipe.steps)


SD15 = ModelCard(
    name="sd15",
    family="sd",
    digest="simulated-sd15",
    width=512,
    height=512,
    largest=768,
    steps=30,
    guidance=7.0,
    sampler="DPM++ 2M Karras",
)
SDXL = ModelCard(
    name="sdxl",
    family="sdxl",
    digest="simulated-sdxl",
    width=1024,
    height=1024,
    largest=1024,
    steps=30,
    guidance=5.0,
    sampler="DPM++ 2M Karras",
)
CARDS: Mapping[str, ModelCard] = MappingProxyType({card.name: card for card in (SD15, SDXL)})
H100 = Timetable(
    paces=MappingProxyType(
        {
            (SD15.name, 512, 512): Pace(
                steps={1: 3.79, 2: 5.66, 4: 9.21, 8: 16.3, 16: 29.8, 32: 56.7},
                words=4.0,
                picture=4.4,
            ),
            (SD15.name, 768, 768): Pace(
                steps={1: 7.53, 2: 13.1, 4: 23.7, 8: 45.4, 16: 87.0, 32: 172.0},
                words=4.0,
                picture=9.9,
            ),
            (SDXL.name, 1024, 1024): Pace(
                steps={1: 18.2, 2: 30.0, 4: 52.9, 8: 96.4, 16: 179.0, 32: 353.0},
                words=10.0,
                picture=18.0,
            ),
        }
    )
)
