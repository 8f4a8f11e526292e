"""Arrivals: who asks for which picture when, the same in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from engine.job import Owner, Recipe
from engine.request import LARGEST_SEED, ImageRequest
from engine.simulation.timetable import CARDS, SD15, SDXL, Timetable
from engine.tiles import tiles_of

USUAL_STEPS = (20, 25, 28, 30, 30, 30, 40, 50)
FEW_STEPS = (4, 6, 8)
UNGUIDED = 1.0
GREEDY = Owner(id="discord:1", name="greedy")
GREEDY_SHARE, AT_ONCE = 0.4, 8
"""So much of all is one person's, who asks for so many pictures at a time."""
MODEST = tuple(Owner(id=f"discord:{number}", name="modest") for number in range(2, 14))
"""Who ask for one at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """At so many seconds somebody asks for a picture."""

    at: float
    owner: Owner
    request: ImageRequest
    recipe: Recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is asked for in so much of all cases."""

    share: float
    model: str
    side: int
    steps: tuple[int, ...] = USUAL_STEPS
    guided: bool = True
    sampler: str = "DPM++ 2M Karras"


KINDS = (
    Kind(share=0.15, model=SD15.name, side=512, steps=FEW_STEPS, guided=False, sampler="LCM"),
    Kind(share=0.45, model=SD15.name, side=512),
    Kind(share=0.15, model=SD15.name, side=768),
    Kind(share=0.25, model=SDXL.name, side=1024),
)


def arrivals(rate: float, count: int, *, seed: int = 7) -> Sequence[Arrival]:
    """Asks by Poisson, so many pictures a second on average. Another rate only stretches them."""
    chance = Random(seed)
    # The greedy person asks more seldom than for as many pictures one by one.
    asks = rate * (1 - GREEDY_SHARE) + rate * GREEDY_SHARE / AT_ONCE
    greedy = rate * GREEDY_SHARE / AT_ONCE / asks
    made: list[Arrival] = []
    at = 0.0
    while len(made) < count:
        at += chance.expovariate(1.0) / asks
        if chance.random() < greedy:
            made += [_arrival(at, GREEDY, chance) for _ in range(AT_ONCE)]
        else:
            made.append(_arrival(at, chance.choice(MODEST), chance))
    return made[:count]


def rate_of_one_by_one(timetable: Timetable, asked: Sequence[Arrival]) -> float:
    """Pictures a second of a card that paints these one after the other and never rests."""
    return len(asked) / sum(timetable.alone_s(each.recipe) for each in asked)


def _arrival(at: float, owner: Owner, chance: Random) -> Arrival:
    [kind] = chance.choices(KINDS, [kind.share for kind in KINDS])
    return arrival(at, owner, kind, steps=chance.choice(kind.steps), seed=_seed(chance))


def arrival(at: float, owner: Owner, kind: Kind, *, steps: int, seed: int) -> Arrival:
    request = ImageRequest(
        prompt="a fox",
        model=kind.model,
        width=kind.side,
        height=kind.side,
        steps=steps,
        guidance=CARDS[kind.model].guidance if kind.guided else UNGUIDED,
        sampler=kind.sampler,
        seed=seed,
    )
    [tile] = tiles_of(request, CARDS[kind.model], seed=seed)
    return Arrival(at=at, owner=owner, request=request, recipe=tile.recipe)


def _seed(chance: Random) -> int:
    return chance.randint(0, LARGEST_SEED)
