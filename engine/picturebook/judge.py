"""Says what a picture shows, by measuring it against the world's own drawings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from engine.picturebook.likeness import best_reading, drawn, kind_and_colour, nearest_name, size_as
from engine.picturebook.sight import CLEARLY, Pixels, as_pixels, backdrop_of, is_plain, readings
from engine.picturebook.world import COLOURS, GROUNDS, SIDE, SKIES, Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a picture shows; `None` where it shows nothing that this world knows."""

    background: str | None = None
    colour: str | None = None
    kind: str | None = None
    size: str | None = None
    count: int = 0
    ground: str | None = None
    sky: str | None = None


def judge(picture: Image.Image) -> Verdict:
    """Objects are told apart on plain backgrounds only; a landscape is judged as a landscape."""
    pixels = as_pixels(picture)
    backdrop = backdrop_of(pixels)
    if not is_plain(pixels, backdrop):
        sky, ground = _sky_and_ground(pixels)
        return Verdict(sky=sky, ground=ground)
    background = nearest_name(backdrop[SIDE // 2], _backgrounds())
    things = best_reading(readings(pixels, backdrop))
    if not things:
        return Verdict(background=background)
    seen = [kind_and_colour(thing) for thing in things]
    kind = _agreed([kind for kind, _ in seen])
    return Verdict(
        background=background,
        colour=_agreed([colour for _, colour in seen]),
        kind=kind,
        size=size_as(things[0], kind) if len(things) == 1 else None,
        count=len(things),
    )


def _agreed(names: Sequence[str | None]) -> str | None:
    return names[0] if len(set(names)) == 1 else None


@cache
def _backgrounds() -> Mapping[str, Pixels]:
    return {
        name: backdrop_of(drawn(Scene(kind=None, background=name)))[SIDE // 2] for name in COLOURS
    }


def _sky_and_ground(pixels: Pixels) -> tuple[str | None, str | None]:
    """The sky colours the ground, so the ground is looked up under the sky that was seen."""
    top, foot = _bands(pixels)
    sky = nearest_name(top, {sky: band for (sky, _), (band, _) in _landscapes().items()})
    under = {
        ground: band
        for (over, ground), (_, band) in _landscapes().items()
        if over == (sky or "day")
    }
    return sky, nearest_name(foot, under)


@cache
def _landscapes() -> Mapping[tuple[str, str], tuple[Pixels, Pixels]]:
    return {
        (sky, ground): _bands(drawn(Scene(kind=None, sky=sky, ground=ground)))
        for sky in SKIES
        for ground in GROUNDS
    }


def _bands(pixels: Pixels) -> tuple[Pixels, Pixels]:
    """The colours near the top of the sky and near the foot of the ground, where little stands."""
    return _calm_colour(pixels[2:20]), _calm_colour(pixels[-10:-2])


def _calm_colour(band: Pixels) -> Pixels:
    """The middle colour; not a number, and so like nothing, where most pixels are elsewhere."""
    rows = np.median(band, axis=1)
    calm = np.abs(band - rows[:, None]).max(axis=-1) < CLEARLY
    colour: Pixels = np.median(rows, axis=0) if calm.mean() > 0.4 else np.full(3, np.nan)
    return colour
