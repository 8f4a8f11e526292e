"""What somebody filled into a form of ours, also where the program began after it was opened."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord.asked import Interaction
from bot.discord.press import FORM
from bot.discord.shown import fenced
from bot.discord.words import say
from engine.errors import EaselError, InvalidRequest

LONGEST_TYPED = 3000
WORDS = ("prompt", "negative")
"""Fields that nobody likes to type twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """`target` and `tile` as on a button; `typed` is by the names of the fields."""

    action: str
    target: str
    tile: int | None
    typed: Mapping[str, str]


def filled_of(interaction: Interaction) -> Filled | None:
    """None for a form that is none of ours."""
    told: Mapping[str, Any] = {**(interaction.data or {})}
    match = re.fullmatch(FORM, str(told.get("custom_id", "")))
    if match is None:
        return None
    return Filled(
        action=match["action"],
        target=match["target"],
        tile=None if match["tile"] is None else int(match["tile"]),
        typed=dict(_fields(told.get("components", ()))),
    )


def _fields(parts: Any) -> Iterator[tuple[str, str]]:
    for part in parts:
        inside = [*part.get("components", ()), part.get("component")]
        yield from _fields([one for one in inside if one])
        if "value" in part:
            yield str(part["custom_id"]), str(part["value"] or "")


class Refused(InvalidRequest):
    """Says what is wrong with what was typed, which is shown below, so that it is not lost."""

    def __init__(self, filled: Filled, error: EaselError) -> None:
        super().__init__(str(error))
        typed = "\n\n".join(words for name in WORDS if (words := filled.typed.get(name)))
        self.typed = f"{say('edit.typed')}\n{fenced(typed, LONGEST_TYPED)}"
