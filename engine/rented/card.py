"""Which graphics card to rent: the first that is large enough, the cheapest first."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Misconfigured
from engine.ladder import FOR_MODELS

GIB = 2**30
PIXEL = 1536
"""Bytes that are alive for each pixel while a picture is decoded whole, in half precision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RentedCard:
    """`memory` is in bytes, as its driver shows it: somewhat less than its name says."""

    name: str
    memory: int


def _card(name: str, gib: float) -> RentedCard:
    return RentedCard(name=name, memory=int(gib * GIB))


CARDS = (
    _card("T4", 14.6),
    _card("L4", 22.0),
    _card("A10", 22.0),
    _card("L40S", 44.4),
    _card("A100-40GB", 39.4),
    _card("A100-80GB", 79.1),
    _card("H100", 79.1),
    _card("H200", 139.7),
)
"""In the order of what an hour of them costs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a model needs: bytes of weights on the card at a time, and its usual picture's size."""

    name: str
    weights: int
    width: int
    height: int

    @property
    def card(self) -> int:
        """Bytes that a card must have: models get a share of it, and a picture must be decoded."""
        room = self.width * self.height * PIXEL
        return max(round(self.weights / FOR_MODELS), self.weights + room)


def card_for(loads: Sequence[Load]) -> RentedCard:
    """The first that holds the largest of the models; several take turns on it.

    Raises Misconfigured where there is none.
    """
    largest = max(loads, key=lambda load: load.card)
    for card in CARDS:
        if largest.card <= card.memory:
            return card
    raise Misconfigured(
        f"{largest.name} needs a card with {largest.card / GIB:.0f} GiB, and the largest has "
        f"{max(card.memory for card in CARDS) / GIB:.0f}. Set EASEL_OFFLOAD to parts, or to blocks."
    )
