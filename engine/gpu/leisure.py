"""Leisure: what a painter does while nobody is painted for."""

from dataclasses import dataclass

from engine.gpu.renewal import Renewal
from engine.gpu.switches.popular import Popular
from engine.gpu.warm import Warm


@dataclass(frozen=True, slots=True, kw_only=True)
class Leisure:
    """Belongs to the engine thread. Whatever is not wanted is None."""

    warm: Warm
    popular: Popular | None
    renewal: Renewal | None

    def pass_over(self) -> None:
        """What was asked since the last note was nobody's wish."""
        if self.popular is not None:
            self.popular.pass_over(self.warm)

    def note(self) -> None:
        """Take in what was asked for; it takes no time."""
        if self.popular is not None:
            self.popular.note(self.warm)

    def use(self) -> float | None:
        """Do a piece of work that can wait. Answers in how many seconds there may be more.

        None where there is none before somebody was painted for.
        """
        self.note()
        patience = None if self.renewal is None else self.renewal.go_on()
        self.pass_over()
        return patience

    def end(self) -> None:
        self.note()
        if self.popular is not None:
            self.popular.keep()
