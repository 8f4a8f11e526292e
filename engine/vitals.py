"""Vitals: how a painter's device is."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """Bytes that are taken on the device and that there are, and its degrees Celsius."""

    used: int
    total: int
    temperature: float | None = None


@runtime_checkable
class Alive(Protocol):
    """A painter that says itself how its device is."""

    async def vitals(self) -> Vitals:
        """Raises PainterGone."""
        ...
