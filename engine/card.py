"""ModelCard: what the rest of Easel knows about a model without loading it."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """A model's name, its version, its limits and what it likes best."""

    name: str
    family: str
    digest: str
    width: int
    height: int
    largest: int
    steps: int
    guidance: float
    sampler: str


def card_named(name: str | None, cards: Mapping[str, ModelCard]) -> ModelCard:
    """The card of that name, whatever its case; the first where no name was given."""
    if name is None:
        return next(iter(cards.values()))
    by_lower = {card.name.lower(): card for card in cards.values()}
    found = by_lower.get(name.lower())
    if found is None:
        raise InvalidRequest(f"I have no model “{name}”. {did_you_mean(name, cards)}")
    return found
