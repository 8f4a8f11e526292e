"""Within: sizes that programs ask for because their own models never paint less."""

from collections.abc import Mapping
from typing import Any

from engine.card import ModelCard
from engine.request import LARGEST_FINAL

MOST = 4.0
"""How many times a picture is enlarged at most."""


def within(width: int, height: int, card: ModelCard) -> Mapping[str, Any]:
    """The fields of a request: near the size that the model paints best, enlarged to what was asked
    for, or as near to that as it goes. What is beyond all measure is left to be refused."""
    longest = max(width, height)
    if longest <= card.largest or longest > LARGEST_FINAL:
        return {"width": width, "height": height}
    needed = -(-longest // (MOST * card.multiple)) * card.multiple
    first = min(card.largest // card.multiple * card.multiple, max(card.width, card.height, needed))
    scale = longest / first
    sides = [
        max(card.multiple, round(side / scale / card.multiple) * card.multiple)
        for side in (width, height)
    ]
    return {"width": int(sides[0]), "height": int(sides[1]), "upscale": min(MOST, scale)}
