"""Plan: what is measured next, as long as there is time for it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something to measure, and about how many seconds it takes on a large card."""

    name: str
    seconds: float
    measure: Callable[[], Any]
    """Answers with a frozen result."""


def chosen(
    parts: Sequence[Part], *, models: Collection[str], kinds: Collection[str]
) -> Sequence[Part]:
    """Those of these models and kinds; no kinds mean all. `rows/sd15` is rows of sd15."""
    return [
        part
        for part in parts
        if (not kinds or part.name.split("/")[0] in kinds)
        and ("/" not in part.name or part.name.split("/")[1] in models)
    ]


def once(parts: Sequence[Part]) -> Sequence[Part]:
    """The first of each kind, for whoever only tries the way."""
    kinds: dict[str, Part] = {}
    for part in parts:
        kinds.setdefault(part.name.split("/")[0].split("-")[0], part)
    return list(kinds.values())


def next_part(
    parts: Sequence[Part], *, found: Collection[str], failed: Collection[str], left_s: float
) -> Part | None:
    """The first that is not there yet and fits; what failed before comes after all others."""
    missing = [part for part in parts if part.name not in found]
    for part in sorted(missing, key=lambda part: part.name in failed):
        if part.seconds <= left_s:
            return part
    return None
