"""Complaints: everything that was not as it must be, each said once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

MOST = 200
"""A promise that is broken a thousand times is read as well in so many lines."""


@dataclass(slots=True)
class Complaints:
    """`more` is how many were heard when there were too many already."""

    said: dict[str, None] = field(default_factory=dict)
    more: int = 0

    def add(self, sentence: str) -> None:
        if sentence in self.said:
            return
        if len(self.said) >= MOST:
            self.more += 1
            return
        self.said[sentence] = None

    def add_all(self, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            self.add(sentence)

    def __len__(self) -> int:
        return len(self.said) + self.more
