"""ModelCard: what the rest of Easel knows about a model without loading it."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean
from engine.words import words_in

MOST_SKIPPED = 12
"""As a clip skip: so many layers the shortest text encoder of the models that people know has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """A model's name, its version, its limits and what it likes best.

    `largest` is the longest side that it paints; every side is a multiple of `multiple`.
    `samplers` are those that fit it; none means all. `architecture` is what LoRAs and their like
    are made for, as people call it: SD 1.x, SDXL. `hand` is how pictures come about here: another
    device or precision paints other bits. `clip_skip` is the largest that leaves something of what
    reads the prompt. `knows` are the words that it has pictures for, the most telling first; none
    means that nobody wrote them down.
    """

    name: str
    family: str
    digest: str
    width: int
    height: int
    largest: int
    steps: int
    guidance: float
    sampler: str
    multiple: int = 8
    samplers: tuple[str, ...] = ()
    architecture: str = ""
    hand: str = ""
    clip_skip: int = MOST_SKIPPED
    knows: tuple[str, ...] = ()

    def is_lost(self, prompt: str) -> bool:
        """Whether it is known to have no picture for any word of it."""
        forms = {f"{word}{end}" for word in self.knows for end in ("", "s", "es")}
        return bool(forms) and forms.isdisjoint(words_in(prompt))


def card_named(name: str | None, cards: Mapping[str, ModelCard]) -> ModelCard:
    """The card of that name, whatever its case; the first where no name was given."""
    if name is None:
        return next(iter(cards.values()))
    by_lower = {card.name.lower(): card for card in cards.values()}
    found = by_lower.get(name.lower())
    if found is None:
        mend = did_you_mean(name, cards)
        raise InvalidRequest("I have no model “{name}”. {mend}", name=name[:60], mend=mend)
    return found
