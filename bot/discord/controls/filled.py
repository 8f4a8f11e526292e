"""What somebody filled into a form of ours, also where the program began after it was opened."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.discord.arrival.asked import Interaction
from bot.discord.controls.press import FORM
from bot.discord.messages.parts import LONGEST_TEXT, Part, button, row
from bot.discord.speech.refusals import translated
from bot.discord.speech.shown import fenced, shown
from bot.discord.speech.words import say
from engine.errors import EaselError, InvalidRequest

LONGEST_TYPED = 3000
ROOM_OF_SIGNS = 20
"""For what stands around the block and between the lines."""
WORDS = ("prompt", "negative")
"""Fields that nobody likes to type twice."""
NUMBERS = {
    "seed": "edit.seed",
    "steps": "edit.steps",
    "strength": "source.strength",
    "which": "source.which",
}
"""The others, and the keys of what they are called."""
LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """`target` and `tile` as on a button; `typed` is by the names of the fields."""

    action: str
    target: str
    tile: int | None
    typed: Mapping[str, str]

    @property
    def name(self) -> str:
        """What its form is called."""
        tile = "" if self.tile is None else f":{self.tile}"
        return f"easel:{self.action}:{self.target}{tile}"


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
    """Says what is wrong with what was typed, which is shown below, so that it is not lost.

    `draft` is what its form can be opened again by, empty where that would be of no use.
    """

    def __init__(self, filled: Filled, error: EaselError, draft: str = "") -> None:
        super().__init__(error.phrase)
        self.error, self._filled, self._draft = error, filled, draft

    @property
    def typed(self) -> str:
        """What was typed, in a block."""
        filled = self._filled
        words = "\n\n".join(typed for name in WORDS if (typed := filled.typed.get(name)))
        numbers = [
            f"{say(key)}: {shown(typed, LONGEST_NUMBER)}"
            for name, key in NUMBERS.items()
            if (typed := filled.typed.get(name))
        ]
        below = [f"-# {' · '.join(numbers)}"] if numbers else []
        around = [say("edit.typed"), *below]
        # Cut here, where it is known what may be: a block that does not end would swallow the rest.
        taken = len(translated(self.phrase)) + sum(map(len, around)) + ROOM_OF_SIGNS
        block = fenced(words, max(0, min(LONGEST_TYPED, LONGEST_TEXT - taken)))
        return "\n".join([around[0], block, *below])

    @property
    def buttons(self) -> tuple[Part, ...]:
        return (row(button(say("edit.again"), "again", self._draft)),) if self._draft else ()
