"""The judge against the world's own drawings, and against what is no such drawing."""

import math
import random
from collections import Counter
from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from engine.picturebook.judge import Verdict, judge
from engine.picturebook.world import (
    COLOURS,
    GROUNDS,
    KINDS,
    PLAIN_SHAPES,
    SIDE,
    SKIES,
    Scene,
    render,
)

Change = Callable[[Image.Image], Image.Image]
WANTED = 0.99
SCENES = 100
"""So many that one wrong verdict is borne, and two are not."""


def as_drawn(picture: Image.Image) -> Image.Image:
    return picture


def blurred(picture: Image.Image) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(1))


def off_colour(picture: Image.Image) -> Image.Image:
    pixels = np.asarray(picture, np.int16)
    noise = np.random.default_rng(pixels.sum()).integers(-6, 7, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def blurred_and_off_colour(picture: Image.Image) -> Image.Image:
    return off_colour(blurred(picture))


def shifted(picture: Image.Image) -> Image.Image:
    return picture.transform(
        picture.size,
        Image.Transform.AFFINE,
        (1, 0, 3, 0, 1, -2),
        fillcolor=picture.getpixel((0, 0)),
    )


def plain_scene(rng: random.Random) -> Scene:
    colour = rng.choice(tuple(COLOURS))
    count = rng.choice((1, 1, 1, 2, 3, 4))
    return Scene(
        kind=rng.choice(KINDS),
        colour=colour,
        size=rng.choice(("small", "", "big")) if count == 1 else "",
        count=count,
        background=rng.choice([name for name in COLOURS if name != colour]),
    )


def landscape(rng: random.Random) -> Scene:
    count = rng.choice((1, 2, 3, 4))
    return Scene(
        kind=rng.choice((None, *KINDS)),
        colour=rng.choice(tuple(COLOURS)),
        size=rng.choice(("small", "", "big")) if count == 1 else "",
        count=count,
        ground=rng.choice(tuple(GROUNDS)),
        sky=rng.choice(tuple(SKIES)),
    )


def shares_right(
    draw: Callable[[random.Random], Scene],
    attributes: tuple[str, ...],
    change: Change,
    *,
    seed: int,
) -> dict[str, float]:
    rng = random.Random(seed)
    right: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for _ in range(SCENES):
        scene = draw(rng)
        verdict = judge(change(render(scene, rng)))
        for name in attributes:
            if name != "size" or scene.count == 1:
                asked[name] += 1
                right[name] += getattr(verdict, name) == getattr(scene, name)
    return {name: right[name] / asked[name] for name in attributes}


def on_white(mark: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    large = Image.new("RGB", (3 * SIDE, 3 * SIDE), (245, 245, 243))
    mark(ImageDraw.Draw(large))
    return large.resize((SIDE, SIDE), Image.Resampling.BOX)


def lump(rng: random.Random, roughness: float) -> Image.Image:
    """A closed outline that wanders in and out by that share of its radius."""
    waves = [(rng.gauss(0, roughness), n, rng.uniform(0, 2 * math.pi)) for n in range(2, 6)]

    def mark(draw: ImageDraw.ImageDraw) -> None:
        points = []
        for step in range(180):
            angle = step * math.pi / 90
            radius = 90 * (1 + sum(a * math.cos(n * angle + start) for a, n, start in waves))
            points.append((192 + radius * math.cos(angle), 192 + radius * math.sin(angle)))
        draw.polygon(points, fill=COLOURS["red"])
        draw.line([*points, *points[:2]], fill=(111, 24, 22), width=8)

    return on_white(mark)


@pytest.mark.parametrize(
    ("change", "seed"),
    [
        (blurred_and_off_colour, 1),
        *(
            pytest.param(change, seed, marks=pytest.mark.slow)
            for change, seed in product((as_drawn, blurred_and_off_colour), (2, 3))
        ),
    ],
)
def test_true_drawings_on_plain_backgrounds_are_judged_right(change: Change, seed: int) -> None:
    attributes = ("background", "colour", "kind", "size", "count")

    shares = shares_right(plain_scene, attributes, change, seed=seed)

    assert min(shares.values()) >= WANTED, shares


@pytest.mark.parametrize(
    "change",
    [shifted, *(pytest.param(change, marks=pytest.mark.slow) for change in (blurred, off_colour))],
)
def test_one_fault_at_a_time_changes_no_verdict(change: Change) -> None:
    attributes = ("background", "colour", "kind", "size", "count")

    shares = shares_right(plain_scene, attributes, change, seed=4)

    assert min(shares.values()) >= WANTED, shares


@pytest.mark.parametrize(
    "change",
    [
        blurred_and_off_colour,
        *(pytest.param(one, marks=pytest.mark.slow) for one in (as_drawn, blurred, off_colour)),
    ],
)
def test_true_landscapes_are_judged_right(change: Change) -> None:
    shares = shares_right(landscape, ("ground", "sky"), change, seed=5)

    assert min(shares.values()) >= WANTED, shares


def test_every_kind_is_told_from_every_other() -> None:
    rng = random.Random(6)

    seen = {
        (
            kind,
            judge(blurred(render(Scene(kind=kind, colour=colour, background="white"), rng))).kind,
        )
        for kind, colour in product(KINDS, ("red", "blue", "gray", "brown"))
    }

    assert seen == {(kind, kind) for kind in KINDS}


def test_every_pair_of_colours_can_be_told_apart() -> None:
    rng = random.Random(7)
    pairs = [(colour, back) for colour, back in product(COLOURS, COLOURS) if colour != back]

    wrong = []
    for number, (colour, back) in enumerate(pairs):
        kind = KINDS[number % len(KINDS)]
        verdict = judge(blurred(render(Scene(kind=kind, colour=colour, background=back), rng)))
        if (verdict.colour, verdict.background) != (colour, back):
            wrong.append((kind, colour, back, verdict))

    assert not wrong


def test_a_rough_lump_is_nothing_known() -> None:
    rng = random.Random(8)

    seen = Counter(judge(lump(rng, 0.12)).kind for _ in range(60))

    assert seen[None] >= 54, seen


def test_a_rounded_blob_may_pass_as_a_circle_but_hardly_as_another_plain_shape() -> None:
    rng = random.Random(9)

    seen = Counter(judge(lump(rng, 0.04)).kind for _ in range(60))

    assert sum(seen[kind] for kind in PLAIN_SHAPES if kind != "circle") <= 3, seen


@pytest.mark.parametrize("squeeze", [0.6, 0.75, 1.35, 1.6])
def test_an_egg_is_no_circle(squeeze: float) -> None:
    def egg(draw: ImageDraw.ImageDraw) -> None:
        draw.ellipse(
            [192 - 90 * squeeze, 102, 192 + 90 * squeeze, 282],
            fill=COLOURS["red"],
            outline=(111, 24, 22),
            width=8,
        )

    verdict = judge(on_white(egg))

    assert verdict.kind != "circle"
    assert verdict.colour == "red"


def test_a_star_without_points_is_no_star() -> None:
    star = render(Scene(kind="star", colour="yellow", background="blue"), random.Random(10))

    verdict = judge(star.filter(ImageFilter.MedianFilter(9)).filter(ImageFilter.MedianFilter(25)))

    assert verdict.kind != "star"


def test_noise_shows_nothing() -> None:
    noise = np.random.default_rng(11).integers(0, 256, (SIDE, SIDE, 3), np.uint8)

    assert judge(Image.fromarray(noise)) == Verdict()


def test_an_empty_background_shows_no_object() -> None:
    verdict = judge(render(Scene(kind=None, background="pink"), random.Random(12)))

    assert verdict == Verdict(background="pink")


def test_a_stained_background_is_no_large_square() -> None:
    pixels = np.full((SIDE, SIDE, 3), 240, np.int16)
    stains = np.random.default_rng(17).choice((-13, 13), (SIDE // 8, SIDE // 8, 1))
    stained = Image.fromarray(
        (pixels + np.kron(stains, np.ones((8, 8, 1)))).clip(0, 255).astype(np.uint8)
    )

    verdict = judge(stained)

    assert verdict == Verdict(background="white")


def test_a_landscape_is_no_plain_background() -> None:
    rng = random.Random(13)

    seen = {
        judge(render(Scene(kind="tree", ground=ground, sky=sky), rng)).background
        for ground, sky in product(GROUNDS, SKIES)
    }

    assert seen == {None}


def test_a_plain_background_is_no_landscape() -> None:
    rng = random.Random(14)

    seen = {judge(render(Scene(kind="cat", background=name), rng)).sky for name in COLOURS}

    assert seen == {None}


def test_objects_of_two_colours_have_no_colour_together() -> None:
    rng = random.Random(15)
    both = [
        render(Scene(kind="star", colour=colour, count=2, background="white"), rng)
        for colour in ("red", "blue")
    ]
    both[0].paste(both[1].crop((64, 0, SIDE, SIDE)), (64, 0))

    verdict = judge(both[0])

    assert (verdict.count, verdict.kind, verdict.colour) == (2, "star", None)


def test_a_larger_picture_is_judged_as_well() -> None:
    picture = render(Scene(kind="house", colour="red", background="green"), random.Random(16), 256)

    verdict = judge(picture)

    assert (verdict.kind, verdict.colour, verdict.background) == ("house", "red", "green")
