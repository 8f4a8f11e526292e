"""The things that the picture book knows, each drawn by one small function."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
BARK: Colour = (120, 78, 45)
LEAF: Colour = (70, 150, 65)
CREAM: Colour = (248, 240, 222)
GLASS: Colour = (200, 228, 245)
TYRE: Colour = (45, 45, 50)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with that share of `b` in it."""
    red, green, blue = (round(x * (1 - share) + y * share) for x, y in zip(a, b, strict=True))
    return red, green, blue


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Draws in a square of `side` pixels around a centre; coordinates run from -0.5 to 0.5."""

    draw: ImageDraw.ImageDraw
    x: float
    y: float
    side: float
    colour: Colour
    outline: Colour
    width: int

    @property
    def light(self) -> Colour:
        return mix(self.colour, WHITE, 0.45)

    def at(self, x: float, y: float) -> Point:
        return self.x + x * self.side, self.y + y * self.side

    def polygon(self, points: list[Point], fill: Colour, *, outlined: bool = True) -> None:
        corners = [self.at(*point) for point in points]
        self.draw.polygon(corners, fill=fill)
        if outlined:
            self.draw.line(
                [*corners, *corners[:2]], fill=self.outline, width=self.width, joint="curve"
            )

    def oval(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: Colour,
        *,
        outlined: bool = True,
    ) -> None:
        box = [self.at(left, top), self.at(right, bottom)]
        line = {"outline": self.outline, "width": self.width} if outlined else {}
        self.draw.ellipse(box, fill=fill, **line)  # type: ignore[arg-type]  # a dict of two types

    def box(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        fill: Colour,
        *,
        outlined: bool = True,
        round_by: float = 0.0,
    ) -> None:
        box = [self.at(left, top), self.at(right, bottom)]
        line = {"outline": self.outline, "width": self.width} if outlined else {}
        self.draw.rounded_rectangle(box, radius=round_by * self.side, fill=fill, **line)  # type: ignore[arg-type]  # a dict of two types


def circle(pen: Pen) -> None:
    pen.oval(-0.47, -0.47, 0.47, 0.47, pen.colour)
    pen.oval(-0.28, -0.32, -0.06, -0.14, pen.light, outlined=False)


def square(pen: Pen) -> None:
    pen.box(-0.42, -0.42, 0.42, 0.42, pen.colour)


def triangle(pen: Pen) -> None:
    pen.polygon([(0, -0.46), (0.5, 0.4), (-0.5, 0.4)], pen.colour)


def star(pen: Pen) -> None:
    points = []
    for i in range(10):
        angle, radius = -math.pi / 2 + i * math.pi / 5, 0.54 if i % 2 == 0 else 0.23
        points.append((radius * math.cos(angle), radius * math.sin(angle) + 0.03))
    pen.polygon(points, pen.colour)


def heart(pen: Pen) -> None:
    points = []
    for i in range(40):
        t = 2 * math.pi * i / 40
        bow = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        points.append((16 * math.sin(t) ** 3 / 34, -bow / 34 - 0.03))
    pen.polygon(points, pen.colour)
    pen.oval(-0.32, -0.3, -0.16, -0.14, pen.light, outlined=False)


def diamond(pen: Pen) -> None:
    pen.polygon([(0, -0.5), (0.36, 0), (0, 0.5), (-0.36, 0)], pen.colour)


def house(pen: Pen) -> None:
    pen.box(-0.36, -0.08, 0.36, 0.46, pen.colour)
    pen.polygon([(0, -0.5), (0.48, -0.06), (-0.48, -0.06)], mix(pen.colour, BLACK, 0.35))
    pen.box(-0.1, 0.12, 0.1, 0.46, (110, 66, 40))
    for x in (-0.3, 0.16):
        pen.box(x, 0.04, x + 0.14, 0.19, (255, 238, 160))


def tree(pen: Pen) -> None:
    pen.box(-0.08, 0.1, 0.08, 0.48, BARK)
    crowns = ((-0.2, 0.02, 0.2), (0.2, 0.02, 0.2), (0, -0.2, 0.28))
    for x, y, radius in crowns:
        pen.oval(x - radius, y - radius, x + radius, y + radius, pen.colour)
    pen.oval(-0.24, -0.24, 0.24, 0.17, pen.colour, outlined=False)


def flower(pen: Pen) -> None:
    pen.box(-0.035, 0.05, 0.035, 0.49, LEAF, outlined=False)
    pen.oval(0.02, 0.26, 0.26, 0.39, LEAF, outlined=False)
    for i in range(6):
        x = 0.2 * math.cos(i * math.pi / 3 + 0.5)
        y = 0.2 * math.sin(i * math.pi / 3 + 0.5) - 0.17
        pen.oval(x - 0.14, y - 0.14, x + 0.14, y + 0.14, pen.colour)
    red, green, blue = pen.colour
    yellowish = red > 230 and green > 170 and blue < 120
    pen.oval(-0.13, -0.3, 0.13, -0.04, (150, 90, 40) if yellowish else (255, 225, 90))


def boat(pen: Pen) -> None:
    pen.box(-0.03, -0.48, 0.03, 0.2, BARK, outlined=False)
    pen.polygon([(0.06, -0.46), (0.42, 0.1), (0.06, 0.1)], CREAM)
    pen.polygon([(-0.06, -0.32), (-0.06, 0.1), (-0.34, 0.1)], CREAM)
    pen.polygon([(-0.5, 0.17), (0.5, 0.17), (0.34, 0.45), (-0.34, 0.45)], pen.colour)


def fish(pen: Pen) -> None:
    pen.polygon([(0.2, 0), (0.5, -0.26), (0.42, 0), (0.5, 0.26)], pen.colour)
    pen.oval(-0.5, -0.27, 0.3, 0.27, pen.colour)
    pen.oval(-0.38, -0.14, -0.2, 0.04, WHITE)
    pen.oval(-0.34, -0.1, -0.25, -0.01, BLACK, outlined=False)


def mushroom(pen: Pen) -> None:
    pen.box(-0.14, -0.05, 0.14, 0.46, (245, 232, 205), round_by=0.06)
    cap = [pen.at(-0.48, -0.46), pen.at(0.48, 0.5)]
    pen.draw.pieslice(cap, 180, 360, fill=pen.colour, outline=pen.outline, width=pen.width)
    dots = (225, 120, 110) if sum(pen.colour) > 690 else WHITE
    for x, y, radius in ((-0.23, -0.14, 0.08), (0.02, -0.3, 0.09), (0.26, -0.13, 0.08)):
        pen.oval(x - radius, y - radius, x + radius, y + radius, dots, outlined=False)


def balloon(pen: Pen) -> None:
    string = [pen.at(0, 0.2), pen.at(0.03, 0.34), pen.at(-0.03, 0.42), pen.at(0, 0.5)]
    pen.draw.line(string, fill=mix(pen.outline, (90, 90, 90), 0.5), width=pen.width, joint="curve")
    pen.polygon([(-0.06, 0.27), (0.06, 0.27), (0, 0.16)], pen.outline, outlined=False)
    pen.oval(-0.33, -0.5, 0.33, 0.2, pen.colour)
    pen.oval(-0.21, -0.38, -0.06, -0.17, pen.light, outlined=False)


def car(pen: Pen) -> None:
    pen.polygon(
        [(-0.3, -0.02), (-0.19, -0.28), (0.17, -0.28), (0.31, -0.02)], mix(pen.colour, BLACK, 0.15)
    )
    pen.polygon(
        [(-0.2, -0.04), (-0.13, -0.2), (-0.03, -0.2), (-0.03, -0.04)], GLASS, outlined=False
    )
    pen.polygon([(0.04, -0.04), (0.04, -0.2), (0.12, -0.2), (0.2, -0.04)], GLASS, outlined=False)
    pen.box(-0.5, -0.04, 0.5, 0.2, pen.colour, round_by=0.06)
    for x in (-0.27, 0.27):
        pen.oval(x - 0.14, 0.06, x + 0.14, 0.34, TYRE)
        pen.oval(x - 0.06, 0.14, x + 0.06, 0.26, (190, 190, 195), outlined=False)


def cat(pen: Pen) -> None:
    tail = [pen.at(0.1, -0.05), pen.at(0.48, 0.42)]
    thick = max(pen.width, round(0.08 * pen.side))
    pen.draw.arc(tail, -70, 110, fill=mix(pen.colour, BLACK, 0.2), width=thick)
    pen.oval(-0.25, 0.0, 0.27, 0.48, pen.colour)
    for side in (-1, 1):
        pen.polygon([(side * 0.31, -0.5), (side * 0.06, -0.36), (side * 0.3, -0.2)], pen.colour)
    pen.oval(-0.33, -0.42, 0.33, 0.1, pen.colour)
    eye = BLACK if sum(pen.colour) > 200 else (250, 220, 90)
    for x in (-0.13, 0.13):
        pen.oval(x - 0.055, -0.23, x + 0.055, -0.11, eye, outlined=False)
    pen.polygon([(-0.05, -0.07), (0.05, -0.07), (0, -0.01)], (235, 110, 120), outlined=False)


SHAPES: dict[str, Callable[[Pen], None]] = {
    "circle": circle,
    "square": square,
    "triangle": triangle,
    "star": star,
    "heart": heart,
    "diamond": diamond,
    "house": house,
    "tree": tree,
    "flower": flower,
    "boat": boat,
    "fish": fish,
    "mushroom": mushroom,
    "balloon": balloon,
    "car": car,
    "cat": cat,
}
