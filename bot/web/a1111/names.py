"""Names: models and samplers as A1111's clients call them."""

import re
from collections.abc import Mapping

from engine.card import ModelCard, card_named
from engine.errors import InvalidRequest
from engine.sampler import SAMPLERS, sampler_named

HASH_LENGTH = 10
TITLE = re.compile(r"(?P<name>.*\S) *\[(?P<hash>\w+)\]", re.DOTALL)
ENDINGS = (".safetensors", ".ckpt")
PLAIN = "automatic"
PLAINS = frozenset({"", PLAIN, "uniform", "none"})
"""Schedules that leave a sampler as it is."""
SCHEDULES: Mapping[str, str] = {
    "karras": "Karras",
    "exponential": "Exponential",
    "beta": "Beta",
    "sgm_uniform": "SGM Uniform",
}
"""By the name that programs send, and the one that people see."""


def hash_of(card: ModelCard) -> str:
    return card.digest[:HASH_LENGTH]


def title_of(card: ModelCard) -> str:
    """What they show, keep, and send back."""
    return f"{card.name} [{hash_of(card)}]"


def untitled(word: str) -> str:
    """The name alone, of a model or a ControlNet."""
    found = TITLE.fullmatch(word.strip())
    name = found["name"] if found else word.strip()
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name


def model_called(word: str, cards: Mapping[str, ModelCard]) -> ModelCard:
    """By its title, its name with or without the ending of a file, or its hash.

    Raises InvalidRequest.
    """
    # A folder may itself be called like a title.
    for name in (word.strip(), untitled(word)):
        for card in cards.values():
            if name.lower() == card.name.lower():
                return card
    for card in cards.values():
        if word.strip().lower() in {card.digest.lower(), hash_of(card).lower()}:
            return card
    return card_named(untitled(word), cards)


def sampler_called(name: str, schedule: str = "") -> str:
    """Our sampler of that name with that schedule, which they may have in one word or in two.

    Raises InvalidRequest.
    """
    sampler, plain = sampler_named(name).name, schedule.strip().lower()
    label = SCHEDULES.get(plain, schedule.strip())
    if plain in PLAINS or sampler.endswith(f" {label}"):
        return sampler
    joined = f"{sampler} {label}"
    if joined not in SAMPLERS:
        others = [each for each in SCHEDULES.values() if f"{sampler} {each}" in SAMPLERS]
        raise InvalidRequest(
            f"{sampler} is not painted with the schedule “{label:.60}” here. "
            f"Take {' or '.join(['Automatic', *others])}."
        )
    return joined
