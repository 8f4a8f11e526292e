"""Search: what somebody looks for among their pictures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from engine.job import Remembered
from engine.words import words_in

_PARTS = re.compile(r'["“”„«»](?P<quoted>[^"“”„«»]*)["“”„«»]?|(?P<bare>[^\s"“”„«»]+)')

SHORTEST_BEGINNING = 3
"""Fewer letters are a word of their own: too many begin with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Words that stand side by side. With `begins` the last may begin a longer one."""

    words: tuple[str, ...]
    begins: bool = False

    def stands_in(self, words: Sequence[str]) -> bool:
        length = len(self.words)
        return any(
            self._is(words[start : start + length]) for start in range(len(words) - length + 1)
        )

    def _is(self, words: Sequence[str]) -> bool:
        if not self.begins:
            return tuple(words) == self.words
        return tuple(words[:-1]) == self.words[:-1] and words[-1].startswith(self.words[-1])


def _phrases(text: str) -> Iterator[Phrase]:
    for part in _PARTS.finditer(text):
        words = tuple(words_in(part["bare"] or part["quoted"] or ""))
        last = part["bare"] is not None and part.end() == len(text.rstrip())
        if words:
            yield Phrase(words=words, begins=last and len(words[-1]) >= SHORTEST_BEGINNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """All that is said must be so; what is not said may be anything.

    `words` are words of the prompt in any order; those in quotation marks, or written without a
    space between them, stand side by side. The last one may be the beginning of a word, from three
    letters on. `since` is the first moment and `until` the first one that is too late.
    """

    words: str = ""
    model: str | None = None
    seed: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    favourites: bool = False
    phrases: tuple[Phrase, ...] = field(init=False, repr=False, compare=False)
    """What the words come to: read once, however many pictures are looked at."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "words", self.words.strip())
        object.__setattr__(self, "phrases", tuple(dict.fromkeys(_phrases(self.words))))

    @property
    def is_hopeless(self) -> bool:
        """True where signs are looked for that are in no word."""
        return bool(self.words) and not self.phrases

    def fits(self, picture: Remembered) -> bool:
        words = words_in(picture.recipe.prompt)
        return (
            not self.is_hopeless
            and all(phrase.stands_in(words) for phrase in self.phrases)
            and (self.model is None or self.model.casefold() == picture.recipe.model.casefold())
            and (self.seed is None or self.seed == picture.recipe.seed)
            and (self.since is None or self.since <= picture.painted)
            and (self.until is None or picture.painted < self.until)
            and (picture.favourite or not self.favourites)
        )


EVERYTHING = Search()
