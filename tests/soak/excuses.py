"""Excuses: when something was done to the program that explains what it then said."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

AFTER_S = 15.0
"""So long afterwards somebody may still feel it: deadlines, retries, a machine with much to do."""
BEFORE_S = 3.5
"""What was asked just before has three seconds for its first answer."""


class Trouble(StrEnum):
    """What was done, as far as the program can say something of it."""

    DATABASE = "database"
    DISCORD = "discord"
    AWAY = "away"
    """The program was stopped, killed or is starting."""
    HALTED = "halted"
    """The program or the whole machine stood still."""


@dataclass(slots=True, kw_only=True)
class Span:
    """In unix seconds; it has no end while it lasts."""

    trouble: Trouble
    began: float
    ended: float | None = None


class Excuses:
    """Every trouble that there was."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    @contextmanager
    def during(self, trouble: Trouble) -> Iterator[None]:
        span = Span(trouble=trouble, began=time.time())
        self._spans.append(span)
        try:
            yield
        finally:
            span.ended = time.time()

    def note(self, trouble: Trouble, began: float, ended: float) -> None:
        self._spans.append(Span(trouble=trouble, began=began, ended=ended))

    def any(self, moment: float, *troubles: Trouble, after_s: float = AFTER_S) -> bool:
        """Whether one of these was then, just before or just afterwards; without names, any."""
        return any(
            (not troubles or span.trouble in troubles)
            and span.began - BEFORE_S <= moment
            and (span.ended is None or moment <= span.ended + after_s)
            for span in self._spans
        )
