"""Completion: how a prompt may go on whose last word is being typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.discord.typed.fuzzy import LONGEST, offered


class Wanted(StrEnum):
    """Of what a name is being typed; all but the first three are flags whose value it is."""

    LORA = "lora"
    WILDCARD = "wildcard"
    FLAG = "flag"
    MODEL = "model"
    SAMPLER = "sampler"
    STYLE = "style"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A prompt `before` what is being typed, and how that is written with the whole name."""

    wanted: Wanted
    before: str
    typed: str
    form: str

    def completed(self, names: Sequence[str]) -> list[str]:
        """Whole prompts, best first.

        Discord takes none that is longer than it shows, so a long one is left to whoever types it.
        """
        whole = (self.before + self.form.format(name) for name in offered(self.typed, names))
        return [prompt for prompt in whole if len(prompt) <= LONGEST]


def unfinished(prompt: str) -> Unfinished | None:
    """None where nothing is open at its end."""
    # So that the end of one wildcard is not taken for the beginning of the next.
    open_only = _WHOLE_WILDCARD.sub(lambda whole: " " * len(whole[0]), prompt)
    for wanted, pattern, form in _PATTERNS:
        if found := pattern.search(open_only):
            before = prompt[: found.start()]
            return Unfinished(wanted=wanted, before=before, typed=found["name"] or "", form=form)
    return None


_WHOLE_WILDCARD = re.compile(r"__(?!_)[\w-]+?__")
_PATTERNS = (
    (
        Wanted.LORA,
        re.compile(r"(?<!\\)<(?:l|lo|lor|lora|lora:(?P<name>[^<>:]*))?$", re.IGNORECASE),
        "<lora:{}>",
    ),
    (Wanted.WILDCARD, re.compile(r"(?<!\\)__(?P<name>(?:(?!_)[\w-]*)?)$"), "__{}__"),
    (Wanted.FLAG, re.compile(r"(?<!\S)--(?P<name>[a-z-]*)$", re.IGNORECASE), "--{}"),
    *(
        (
            flag,
            re.compile(rf"(?<!\S)--{flag}[\s=]\s*(?P<name>(?:(?!--)[^\"])*)$", re.IGNORECASE),
            f"--{flag} {{}}",
        )
        for flag in (Wanted.MODEL, Wanted.SAMPLER, Wanted.STYLE)
    ),
)
