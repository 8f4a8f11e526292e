"""Pauses: how long it takes until a child that ended is started again."""

from dataclasses import dataclass

LONGEST_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """`failures` are the ends in a row, without a picture in between."""

    failures: int = 0

    @property
    def length_s(self) -> float:
        """None after the first; then 1, 2, 4 seconds, and never more than a minute."""
        if not self.failures:
            return 0.0
        # Of large powers there is no need to know how large.
        return min(LONGEST_S, 2.0 ** min(self.failures - 1, 10))

    @property
    def longer(self) -> "Pauses":
        return Pauses(failures=self.failures + 1)
