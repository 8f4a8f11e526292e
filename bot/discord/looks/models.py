"""How the models look that somebody can choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.looks.lines import fitting
from bot.discord.messages.parts import LONGEST_TEXT, Post, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.card import ModelCard

MOST = 25
LONGEST_NAME = 80
SPOKEN = frozenset({"SD 1.x", "SD 2.x", "SDXL", "SD3", "FLUX"})
"""Kinds of models that people know by a name."""
MOST_KNOWN, LONGEST_KNOWN = 50, 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A model with the credits of one of its usual pictures: measured, or still guessed."""

    card: ModelCard
    price: float
    measured: bool


def models(priced: Sequence[Priced], *, default: str | None) -> Post:
    """`default` is what whoever asks gets without naming one."""
    how = f"-# {say('models.how')}"
    lines = [_line(one, is_default=one.card.name == default) for one in priced[:MOST]]
    room = LONGEST_TEXT - len(how) - len(say("models.more", count=len(priced))) - 1
    lines = [*fitting(lines, room)]
    if len(lines) < len(priced):
        lines.append(say("models.more", count=len(priced) - len(lines)))
    return Post(parts=(text("\n".join(lines)), text(how)))


def _line(one: Priced, *, is_default: bool) -> str:
    card = one.card
    name = f"**{shown(card.name, LONGEST_NAME)}**"
    facts = [
        *([card.architecture] if card.architecture in SPOKEN else []),
        say("models.size", width=card.width, height=card.height, largest=card.largest),
        say("models.steps", steps=card.steps, sampler=shown(card.sampler, LONGEST_NAME)),
    ]
    price = say("models.price", price=one.price)
    if not one.measured:
        price = say("models.guess", price=one.price)
    marked = f"{name} {say('models.default')}" if is_default else name
    line = f"{marked} · {' · '.join([*facts, price])}"
    if not card.knows:
        return line
    known = ", ".join(card.knows[:MOST_KNOWN])
    return f"{line}\n-# {say('models.knows', words=shown(known, LONGEST_KNOWN))}"
