"""Curves: what was measured of steps, kept for the next start."""

from collections.abc import Sequence

from engine.curve import Curve
from engine.gpu.kept import Kept


class Curves:
    """Among other findings."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def of(self, told: Sequence[str]) -> Curve | None:
        """None where it must be measured."""
        found = self._kept.of(told)
        if found is None:
            return None
        try:
            return Curve.from_dict(found)
        except ValueError as error:
            self._kept.doubt(told, error)
            return None

    def keep(self, told: Sequence[str], curve: Curve) -> None:
        self._kept.keep(told, curve.to_dict())
