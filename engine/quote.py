"""The quote: what a request would paint, and what it would cost."""

from dataclasses import dataclass

from engine.job import Tile
from engine.request import ImageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a request would paint and cost, before it is asked for.

    `request` has the defaults in it; `notes` say which of them could not be taken. What history
    has costs nothing, and is there `at_once` where that is all of it.
    """

    request: ImageRequest
    tiles: tuple[Tile, ...]
    price: float
    at_once: bool = False
    notes: tuple[str, ...] = ()
