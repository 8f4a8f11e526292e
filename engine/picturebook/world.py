"""The world that picturebook is taught: scenes, the words for them, and how they look."""

import random
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from PIL import Image, ImageDraw

from engine.picturebook.shapes import BLACK, SHAPES, WHITE, Colour, Pen, mix

SIDE = 128
KINDS = tuple(SHAPES)
PLAIN_SHAPES = KINDS[:6]
FLOATING = frozenset({"star", "heart", "balloon", "circle", "diamond"})

COLOURS: dict[str, Colour] = {
    "red": (222, 48, 44),
    "orange": (245, 140, 35),
    "yellow": (252, 215, 55),
    "green": (62, 165, 75),
    "blue": (45, 105, 222),
    "purple": (140, 70, 190),
    "pink": (248, 140, 185),
    "white": (248, 248, 245),
    "black": (36, 36, 42),
    "brown": (132, 84, 48),
    "gray": (142, 144, 150),
}
USUAL_COLOUR = {
    "circle": "red",
    "square": "blue",
    "triangle": "green",
    "star": "yellow",
    "heart": "red",
    "diamond": "blue",
    "house": "red",
    "tree": "green",
    "flower": "pink",
    "boat": "red",
    "fish": "orange",
    "mushroom": "red",
    "balloon": "red",
    "car": "blue",
    "cat": "orange",
}
GROUNDS: dict[str, tuple[Colour, Colour]] = {
    "meadow": ((120, 195, 85), (85, 160, 65)),
    "snow": ((245, 248, 255), (215, 226, 242)),
    "desert": ((240, 210, 140), (222, 180, 105)),
    "sea": ((60, 140, 205), (30, 95, 170)),
}
SKIES: dict[str, tuple[Colour, Colour]] = {
    "day": ((105, 180, 245), (200, 232, 252)),
    "night": ((14, 18, 52), (48, 56, 112)),
    "sunset": ((120, 70, 150), (255, 165, 95)),
}
COUNTS = {2: "two", 3: "three", 4: "four"}
SIZES = {"small": 0.29, "": 0.5, "big": 0.78}

# The first word of each is the one in the README; the others are understood too.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "gray": ("gray", "grey"),
    "purple": ("purple", "violet"),
    "circle": ("circle", "ball", "disc"),
    "square": ("square", "box"),
    "cat": ("cat", "kitten"),
    "house": ("house", "cottage", "home"),
    "boat": ("boat", "ship"),
    "small": ("small", "tiny", "little"),
    "big": ("big", "large", "huge"),
    "two": ("two", "2"),
    "three": ("three", "3"),
    "four": ("four", "4"),
    "meadow": ("on a meadow", "on the grass", "in a field"),
    "snow": ("in the snow", "on snow", "in winter"),
    "desert": ("in the desert", "on sand", "on a beach"),
    "sea": ("on the sea", "on the water", "on the ocean"),
    "day": ("by day", "on a sunny day", "under a blue sky"),
    "night": ("at night", "under the stars", "in the dark"),
    "sunset": ("at sunset", "at dusk", "in the evening"),
}
PLURALS = {"fish": "fish", "box": "boxes"}
OPENINGS = ("a picture of ", "a drawing of ", "a painting of ", "an image of ", "draw ", "paint ")
# Words that people type and that this world has no picture for.
OTHER_WORDS = """
beautiful cute detailed masterpiece best quality highly fantasy epic dragon robot man
woman dog portrait city realistic photo cinematic lighting dramatic anime style studio
art watercolor digital colorful vibrant happy sad old young magic wizard knight space
planet forest river bird horse king queen castle music food pizza coffee street future
retro vintage neon hd 4k 8k render trending sharp focus lens warm cold soft light
playing running eating sleeping dancing wearing hat glasses with of in for my your
please me nice cool awesome funny weird random test hello world the an and very really
super smiling lego children book kids simple lighthouse storm
""".split()  # noqa: SIM905  # a list of 97 quoted words is no easier to read


def known_words() -> list[str]:
    """What it has a picture for, things first. Of what is said in several words, the last one."""
    named = [*KINDS, *GROUNDS, *SKIES]
    others = (said.split()[-1] for name in named for said in SYNONYMS.get(name, ()))
    return list(dict.fromkeys([*named, *others]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a caption says. `None` and the empty string mean that it says nothing about it."""

    kind: str | None
    colour: str | None = None
    size: str = ""
    count: int = 1
    background: str | None = None
    ground: str | None = None
    sky: str | None = None


def draw_scene(rng: random.Random) -> Scene:
    """A scene drawn by lot, single objects on plain backgrounds most often."""
    kind = rng.choice(KINDS) if rng.random() < 0.97 else None
    colour = rng.choice(tuple(COLOURS)) if kind and rng.random() < 0.9 else None
    count = rng.choice((2, 3, 4)) if kind and rng.random() < 0.25 else 1
    size = rng.choice(("small", "big")) if kind and count == 1 and rng.random() < 0.3 else ""
    background = ground = sky = None
    place = rng.random()
    if kind and place < 0.62:
        taken = colour or USUAL_COLOUR[kind]
        background = rng.choice([name for name in COLOURS if name != taken])
    elif not kind or place < 0.94:
        ground = rng.choice(tuple(GROUNDS)) if rng.random() < 0.9 else None
        sky = rng.choice(tuple(SKIES)) if rng.random() < 0.8 or not ground else None
    return Scene(
        kind=kind,
        colour=colour,
        size=size,
        count=count,
        background=background,
        ground=ground,
        sky=sky,
    )


def caption(scene: Scene, rng: random.Random) -> str:
    """One way to say the scene; the plain words half of the time."""
    chosen = ["", *(rng.random() < 0.6 for _ in range(8))]

    def word(name: str) -> str:
        options = SYNONYMS.get(name, (name,))
        return options[0] if chosen[1] else rng.choice(options)

    if scene.kind is None:
        thing = rng.choice(("a landscape", "a view", "a scene"))
    else:
        adjectives = [word(name) for name in (scene.size, scene.colour) if name]
        noun = word(scene.kind)
        if scene.count > 1:
            thing = " ".join(
                [word(COUNTS[scene.count]), *adjectives, PLURALS.get(noun, noun + "s")]
            )
        else:
            phrase = " ".join([*adjectives, noun])
            thing = ("an " if phrase[0] in "aeiou" else "a ") + phrase
    places = [word(name) for name in (scene.ground, scene.sky) if name]
    if scene.background:
        shade = word(scene.background)
        article = "an" if shade[0] in "aeiou" else "a"
        ways = (f"on {article} {shade} background", f"on {shade}", f"on a background of {shade}")
        places.append(rng.choices(ways, (8, 1, 1))[0])
    if len(places) == 2 and rng.random() < 0.3:
        places.reverse()
    return " ".join([thing, *places])


def held_out(text: str) -> bool:
    """True for the eighth of all captions that training never sees and the judge asks for."""
    return crc32(text.encode()) % 8 == 0


def with_other_words(text: str, rng: random.Random) -> str:
    """The same caption as people would type it, with words in it that mean nothing here."""
    words = text.split()
    if rng.random() < 0.3:
        words.insert(0, rng.choice(OPENINGS).strip())
    for _ in range(rng.choice((0, 1, 1, 2, 3, 5))):
        spot = rng.choice((0, len(words), rng.randint(0, len(words))))
        words.insert(spot, _other_word(rng))
    joined = " ".join(words)
    return joined + rng.choice(("", "", ".", "!", ", best quality, masterpiece"))


def _other_word(rng: random.Random) -> str:
    if rng.random() < 0.7:
        return rng.choice(OTHER_WORDS)
    return "".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(rng.randint(2, 9)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """Where one object stands: centre and size as shares of the picture."""

    x: float
    y: float
    side: float


def layout(scene: Scene, rng: random.Random) -> list[Spot]:
    """Small shifts only: what differs from seed to seed must not blur what is taught."""

    def near(value: float) -> float:
        return value + rng.uniform(-0.025, 0.025)

    outdoors = scene.ground is not None or scene.sky is not None
    if not outdoors:
        places, side = {
            1: ([(0.5, 0.5)], SIZES[scene.size]),
            2: ([(0.28, 0.5), (0.72, 0.5)], 0.38),
            3: ([(0.28, 0.28), (0.72, 0.28), (0.5, 0.73)], 0.36),
            4: ([(0.28, 0.28), (0.72, 0.28), (0.28, 0.73), (0.72, 0.73)], 0.36),
        }[scene.count]
        return [Spot(x=near(x), y=near(y), side=side * rng.uniform(0.95, 1.05)) for x, y in places]
    columns, side = {
        1: ([0.5], SIZES[scene.size] * 0.82),
        2: ([0.28, 0.72], 0.34),
        3: ([0.2, 0.5, 0.8], 0.27),
        4: ([0.14, 0.38, 0.62, 0.86], 0.22),
    }[scene.count]
    side *= rng.uniform(0.95, 1.05)
    standing = 0.4 if scene.kind in FLOATING else 0.88 - side / 2
    return [Spot(x=near(x), y=near(standing), side=side) for x in columns]


def render(scene: Scene, rng: random.Random, side: int = SIDE) -> Image.Image:
    """The scene as a picture, drawn three times too large and reduced for smooth outlines."""
    big = side * 3
    unsaid = scene.background is None and scene.ground is None and scene.sky is None
    if scene.background or unsaid:
        shade = mix(COLOURS[scene.background or "white"], WHITE, 0.12)
        image = _fade(big, big, mix(shade, WHITE, 0.08), mix(shade, BLACK, 0.05))
    else:
        image = _landscape(scene.ground or "meadow", scene.sky or "day", rng, big)
    if scene.kind is None:
        return image.resize((side, side), Image.Resampling.BOX)
    draw = ImageDraw.Draw(image)
    colour = COLOURS[scene.colour or USUAL_COLOUR[scene.kind]]
    for spot in layout(scene, rng):
        pen = Pen(
            draw=draw,
            x=spot.x * big,
            y=spot.y * big,
            side=spot.side * big,
            colour=colour,
            outline=mix(colour, BLACK, 0.5),
            width=max(5, round(0.012 * big + 0.012 * spot.side * big)),
        )
        SHAPES[scene.kind](pen)
    return image.resize((side, side), Image.Resampling.BOX)


def _landscape(ground: str, sky: str, rng: random.Random, side: int) -> Image.Image:
    horizon = round(side * 0.62)
    top, low = SKIES[sky]
    image = _fade(side, side, top, low)
    draw = ImageDraw.Draw(image)
    x, y, radius = side * rng.choice((0.16, 0.84)), side * 0.16, side * 0.085
    round_by = [x - radius, y - radius, x + radius, y + radius]
    if sky == "day":
        draw.ellipse(round_by, fill=(255, 222, 70))
    elif sky == "sunset":
        low_y = horizon - radius * 0.3
        draw.ellipse([x - radius, low_y - radius, x + radius, low_y + radius], fill=(255, 225, 120))
    else:
        draw.ellipse(round_by, fill=(248, 240, 205))
        for star_x, star_y in (
            (0.34, 0.08),
            (0.5, 0.2),
            (0.64, 0.1),
            (0.38, 0.34),
            (0.7, 0.36),
            (0.9, 0.46),
            (0.1, 0.46),
        ):
            dot = side * 0.014
            spot = [
                star_x * side - dot,
                star_y * side - dot,
                star_x * side + dot,
                star_y * side + dot,
            ]
            draw.ellipse(spot, fill=(255, 250, 215))
    near, far = GROUNDS[ground]
    if sky == "night":
        near, far = mix(near, (15, 20, 60), 0.5), mix(far, (15, 20, 60), 0.5)
    elif sky == "sunset":
        near, far = mix(near, (200, 110, 80), 0.28), mix(far, (160, 90, 90), 0.28)
    image.paste(_fade(side, side - horizon, near, far), (0, horizon))
    return image


def _fade(width: int, height: int, top: Colour, low: Colour) -> Image.Image:
    share = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    column = np.asarray(top, np.float32) * (1 - share) + np.asarray(low, np.float32) * share
    return Image.fromarray(np.repeat(column.astype(np.uint8)[:, None], width, axis=1))
