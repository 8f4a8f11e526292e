"""Within: sizes that programs ask for because their own models never paint less, or paint more."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.job import enlarged
from engine.request import LARGEST_FINAL, SMALLEST, STEP

MOST = 4
"""How many times a picture is enlarged at most."""
NEAR = 0.875
"""Of the size that can be had: so much may be given up for a shape that is exactly the one."""
DECIMALS = 4
"""Of a factor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The fields of a request, and a sentence where another size comes of them."""

    fields: Mapping[str, Any]
    note: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        return (self.note,) if self.note else ()


def within(width: int, height: int, card: ModelCard) -> Within:
    """What the model paints is painted; more is painted near the size that it paints best, and
    enlarged to exactly what was asked for, or to the largest size of that shape.

    Raises InvalidRequest, which names the size that was asked for.
    """
    least, most = _least(card), _most(card)
    sides = width, height
    if max(sides) <= most:
        if min(sides) < least or any(side % card.multiple for side in sides):
            raise _impossible(width, height, card)
        return Within(fields={"width": width, "height": height})
    too_long = max(sides) * least > min(sides) * (most + STEP)
    if max(sides) > LARGEST_FINAL or too_long or any(side % STEP for side in sides):
        raise _impossible(width, height, card)
    for wide, high in _sizes(width, height, most * MOST):
        fields = _enlarging(wide, high, card)
        if fields is None:
            continue
        if (wide, high) == sides:
            return Within(fields=fields)
        note = (
            f"{card.name} paints sides of up to {most}, and they are enlarged up to {MOST} times. "
            f"Instead of {width}x{height} the picture is {wide}x{high}."
        )
        return Within(fields=fields, note=note)
    raise _impossible(width, height, card)


def _sizes(width: int, height: int, most: int) -> Iterator[tuple[int, int]]:
    """Itself; else those of nearly its shape, the nearest first, and of those the largest."""
    if max(width, height) <= most:
        yield width, height
    long, short = max(width, height), min(width, height)
    largest = min(long, most)
    found = []
    for side in range(largest, 0, -STEP):
        nearest = round(side * short / long / STEP) * STEP
        for other in (nearest, nearest - STEP, nearest + STEP):
            off = abs(other * long - side * short) / (side * short)
            found.append((side < NEAR * largest, off, -side, other))
    for _, _, side, other in sorted(found):
        yield (-side, other) if width >= height else (other, -side)


def _enlarging(wide: int, high: int, card: ModelCard) -> Mapping[str, Any] | None:
    """What is painted first, and how many times it is enlarged to come out as exactly that."""
    multiple, least = card.multiple, _least(card)
    usual = (card.width * card.height * wide / high) ** 0.5
    firsts = range(least, _most(card) + 1, multiple)
    for across in sorted(firsts, key=lambda side: abs(side - usual)):
        down = across * high / wide // multiple * multiple
        for side in (int(down), int(down) + multiple):
            if not least <= side <= _most(card):
                continue
            factor = _factor((across, side), (wide, high))
            if factor is not None:
                return {"width": across, "height": side, "upscale": factor}
    return None


def _factor(first: tuple[int, int], final: tuple[int, int]) -> float | None:
    """By which both sides become those, after each is rounded."""
    low = max(1.0, *((end - STEP / 2) / side for side, end in zip(first, final, strict=True)))
    high = min(MOST, *((end + STEP / 2) / side for side, end in zip(first, final, strict=True)))
    plain = max(end / side for side, end in zip(first, final, strict=True))
    for factor in (plain, (low + high) / 2):
        told = round(factor, DECIMALS)
        if 1 < told <= MOST and all(
            enlarged(side, told) == end for side, end in zip(first, final, strict=True)
        ):
            return told
    return None


def _impossible(width: int, height: int, card: ModelCard) -> InvalidRequest:
    multiple, least, most = card.multiple, _least(card), _most(card)
    # As fractions: one may ask for more than fits into any other number.
    longest = max(width, height, 1)
    shown = min(most, longest)
    nearest = (
        min(most, max(least, round(Fraction(side * shown, longest * multiple)) * multiple))
        for side in (width, height)
    )
    return InvalidRequest(
        f"{card.name} paints no {width}x{height}: its widths and heights are multiples of "
        f"{multiple} from {least} to {most}, and what it painted is enlarged {MOST} times at "
        f"most. Try {'x'.join(map(str, nearest))}."
    )


def _least(card: ModelCard) -> int:
    return -(-SMALLEST // card.multiple) * card.multiple


def _most(card: ModelCard) -> int:
    return card.largest // card.multiple * card.multiple
