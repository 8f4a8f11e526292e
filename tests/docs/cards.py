"""The tables of the page of graphics cards, as the program computes them.

`python -m tests.docs.cards` prints them, to be put into docs/gpus.md.
"""

import sys
from collections.abc import Iterator

from bot.fits import HALF, KINDS, Memory, rows, rung_here
from bot.model_words import GIB
from engine.ladder import FOR_MODELS

CARDS = (4, 6, 8, 10, 12, 16, 24, 32, 48)
"""Gigabytes, as people buy them."""
USUAL = {"SD 1.5": 512}
"""The side of a picture that a model is made for; 1024 for the others."""
TOO_LARGE = "no"


def by_model() -> list[tuple[str, ...]]:
    """How large a card must be, for each model, size and offload."""
    return rows(None)


def by_card() -> list[tuple[str, ...]]:
    """With which offload each model fits on each card."""
    names = [f"{kind.name}, {_side(kind.name)}" for kind in KINDS]
    return [("card", *names), *(_on(size) for size in CARDS)]


def _on(size: int) -> tuple[str, ...]:
    whole = size * GIB
    memory = Memory(models=int(whole * FOR_MODELS), whole=whole, movable=True, weight=HALF)
    found = (rung_here(kind, _side(kind.name), memory) or TOO_LARGE for kind in KINDS)
    return (f"{size} GB", *found)


def _side(name: str) -> int:
    return USUAL.get(name, 1024)


def written(table: list[tuple[str, ...]]) -> Iterator[str]:
    head, *rest = table
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rest:
        yield f"| {' | '.join(row)} |"


if __name__ == "__main__":
    for table in (by_card(), by_model()):
        sys.stdout.write("\n".join([*written(table), "", ""]))
