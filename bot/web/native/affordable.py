"""Affordable: whether somebody would be let in with what was quoted, before they ask for it."""

from collections.abc import Mapping
from datetime import datetime

from engine.accounts import Standing
from engine.allowance import cents_of, require_possible, require_unblocked
from engine.card import ModelCard
from engine.errors import Rejected
from engine.quote import Quote


def why_not(
    quote: Quote, standing: Standing, cards: Mapping[str, ModelCard], now: datetime
) -> str | None:
    """The sentence with which it would be refused as things are; None where it would not.

    How many jobs wait is left out: that is over as soon as one of them is painted.
    """
    recipe, allowance, block = quote.tiles[0].recipe, standing.allowance, standing.block
    width, height = recipe.final_size
    try:
        if block is not None:
            require_unblocked(block.why, block.until, now)
        require_possible(
            allowance,
            pixels=width * height,
            steps=recipe.told_steps,
            waiting=0,
            card=cards.get(recipe.model),
            upscaled=recipe.upscale > 1,
        )
        _require_paid(quote, standing, now)
    except Rejected as refused:
        return str(refused)
    return None


def _require_paid(quote: Quote, standing: Standing, now: datetime) -> None:
    """By the allowance, or wholly by what was granted. Raises Rejected."""
    cents, allowance = cents_of(quote.price) if quote.price else 0, standing.allowance
    granted = cents_of(left) if (left := standing.granted(now)) else 0
    try:
        standing.purse.take(cents, allowance, now)
    except Rejected:
        if granted < cents:
            raise standing.purse.refusal(cents, allowance, now, granted=granted) from None
