"""Curves: what was measured of steps, kept for the next start."""

from collections.abc import Sequence

from engine.curve import Curve
from engine.gpu.kept import Kept


class Curves:
    """Among other findings. Another driver may be quicker."""

    def __init__(self, kept: Kept, *, driver: str = "") -> None:
        self._kept = kept
        self._also = (f"driver {driver}",) if driver else ()

    def of(self, told: Sequence[str]) -> Curve | None:
        """None where it must be measured."""
        told = (*told, *self._also)
        found = self._kept.of(told)
        if found is None:
            return None
        try:
            return Curve.from_dict(found)
        except ValueError as error:
            self._kept.doubt(told, error)
            return None

    def keep(self, told: Sequence[str], curve: Curve) -> None:
        self._kept.keep((*told, *self._also), curve.to_dict())
