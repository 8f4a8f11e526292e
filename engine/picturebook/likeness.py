"""How like the world's own drawings a thing is: its kind, its colour and its size."""

import math
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from engine.picturebook.sight import (
    GRID,
    Mask,
    Pixels,
    Thing,
    as_pixels,
    backdrop_of,
    cut_out,
    silhouettes,
)
from engine.picturebook.world import COLOURS, KINDS, SIZES, Scene, render

# A colour further than this from every one that the world knows is none of them.
SAME_COLOUR = 60.0
# How far an outline may stray on average, as a share of the side. A circle has no corner and no
# part to know it by, so it has to be round; many a lump is nearly a square, a tree or a cat.
MOST_STRAY: Mapping[str, float] = dict.fromkeys(KINDS, 0.075) | {
    "circle": 0.04,
    "square": 0.045,
    "tree": 0.06,
    "cat": 0.06,
}
# How unlike its drawing the inside of a thing may be, and what that weighs beside the outline.
MOST_UNLIKE = 0.35
INSIDE = 0.3
# An outline as close as this was told apart from its surroundings the right way.
FAMILIAR = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How the world draws a thing; `painted` is the part that has the colour one asks for."""

    thing: Thing
    soft: Pixels
    painted: Mask
    edge: int


def drawn(scene: Scene) -> Pixels:
    return as_pixels(render(scene, random.Random(0)))


def nearest_name(colour: Pixels, names: Mapping[str, Pixels]) -> str | None:
    away = {name: float(np.linalg.norm(colour - known)) for name, known in names.items()}
    name = min(away, key=lambda name: away[name])
    return name if away[name] <= SAME_COLOUR else None


def kind_and_colour(thing: Thing) -> tuple[str | None, str | None]:
    """Of the kinds with about this outline the one that looks most like it in the same colour."""
    strays = {kind: stray(thing, kind) for kind in KINDS}
    near = [kind for kind in KINDS if strays[kind] <= MOST_STRAY[kind]]
    if not near:
        return None, colour_as(thing, min(strays, key=lambda kind: strays[kind]))
    soft = thing.softened()
    unlike = {kind: unlikeness(thing, soft, kind) for kind in near}
    kind = min(near, key=lambda kind: strays[kind] + INSIDE * unlike[kind])
    return (kind if unlike[kind] <= MOST_UNLIKE else None), colour_as(thing, kind)


def best_reading(readings: Iterable[list[Thing]]) -> list[Thing]:
    """The first one in which all looks familiar, else the least strange one."""
    best: list[Thing] = []
    least = math.inf
    for things in readings:
        strange = _strangeness(things)
        if strange < least:
            best, least = things, strange
        if least < FAMILIAR:
            break
    return best


def _strangeness(things: list[Thing]) -> float:
    """How little these look like things of this world on average."""
    if not things:
        return math.inf
    return float(np.mean([min(stray(thing, kind) for kind in KINDS) for thing in things]))


def stray(thing: Thing, kind: str) -> float:
    """How far the outline strays from the kind's own on average, as a share of the side."""
    known = _drawing_like(thing, kind)
    apart = np.count_nonzero(thing.mask ^ known.thing.mask) / known.edge / GRID
    squeezed = abs(math.log(thing.width / thing.height * known.thing.height / known.thing.width))
    return apart + 0.25 * squeezed


def unlikeness(thing: Thing, soft: Pixels, kind: str) -> float:
    """How far the inside is from the kind's drawing in the same colour, from 0 to 1."""
    colour = colour_as(thing, kind)
    if colour is None:
        return 1.0
    known = _drawing_like(thing, kind, colour)
    away = np.linalg.norm(soft - known.soft, axis=-1)[thing.mask & known.thing.mask]
    return float(np.minimum(away / 150, 1).mean())


def colour_as(thing: Thing, kind: str) -> str | None:
    """The colour that wins most of the part which this kind has in its main colour."""
    painted = thing.pixels[_drawing_like(thing, kind).painted & thing.mask]
    if len(painted) == 0:
        return None
    away = np.linalg.norm(painted[:, None] - np.asarray(list(COLOURS.values())), axis=-1)
    votes = np.where(away.min(axis=1) <= SAME_COLOUR, away.argmin(axis=1), len(COLOURS))
    winner = int(np.bincount(votes).argmax())
    return tuple(COLOURS)[winner] if winner < len(COLOURS) else None


def size_as(thing: Thing, kind: str | None) -> str:
    """Measured against drawings of its kind, because a fish is wider than a balloon."""

    def away(size: str) -> float:
        known = _drawing(kind or "circle", "red", size).thing
        return abs(math.log(thing.width * thing.height / known.width / known.height))

    return min(SIZES, key=away)


def _drawing_like(thing: Thing, kind: str, colour: str = "red") -> Drawing:
    """The drawing of about the same size, because small things have bolder outlines."""
    return _drawing_as_large(max(thing.width, thing.height), kind, colour)


@cache
def _drawing_as_large(side: int, kind: str, colour: str) -> Drawing:
    def away(known: Drawing) -> float:
        return abs(max(known.thing.width, known.thing.height) - side)

    return min((_drawing(kind, colour, size) for size in SIZES), key=away)


@cache
def _drawing(kind: str, colour: str, size: str) -> Drawing:
    background = "black" if colour == "white" else "white"
    pixels = drawn(Scene(kind=kind, colour=colour, size=size, background=background))
    thing = cut_out(pixels, silhouettes(pixels, backdrop_of(pixels)))
    painted = np.linalg.norm(thing.pixels - np.asarray(COLOURS[colour]), axis=-1) < 20
    return Drawing(
        thing=thing, soft=thing.softened(), painted=painted & thing.mask, edge=thing.edge
    )
