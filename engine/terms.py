"""Terms: limits that a tier or a person has of its own, by the names of an Allowance's fields."""

import sys
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from typing import Any

from engine.allowance import UNLIMITED, Allowance
from engine.errors import InvalidRequest

Terms = Mapping[str, float | int | None]
"""A field that is not there is taken from whoever stands above: the tier, or no limit at all. None
is no limit; the window is in seconds."""

LIMITS = frozenset({"per_day", "per_window", "burst", "largest_pixels", "most_steps"})
CAPS = frozenset({"most_waiting", "most_running"})
COUNTS = frozenset({"largest_pixels", "most_steps", "tier"}) | CAPS
MOST = 2**31 - 1
NAMES = tuple(field.name for field in fields(Allowance))


def allowance_of(*layers: Terms) -> Allowance:
    """What is left of no limits under all these terms; the later go first.

    Raises InvalidRequest where they cannot be kept. Names that a newer Easel wrote are passed over.
    """
    told: dict[str, Any] = {}
    for layer in layers:
        told |= {name: value for name, value in layer.items() if name in NAMES}
    if "window" in told:
        told["window"] = timedelta(seconds=told["window"])
    for name in CAPS & told.keys():
        told[name] = sys.maxsize if told[name] is None else told[name]
    return Allowance(
        **{field.name: getattr(UNLIMITED, field.name) for field in fields(UNLIMITED)} | told
    )


def checked(terms: Terms) -> dict[str, Any]:
    """The same terms, when every one of them can be kept. Raises InvalidRequest."""
    for name, value in terms.items():
        if name not in NAMES:
            raise InvalidRequest(f"“{name}” is nothing that can be allowed.")
        if value is None:
            if name not in LIMITS | CAPS:
                raise InvalidRequest(f"The {name} must be a number.")
        elif not isinstance(value, int | float) or isinstance(value, bool) or value != value:
            raise InvalidRequest(f"“{value}” is no number.")
        elif name in COUNTS and (value != round(value, 0) or abs(value) > MOST):
            raise InvalidRequest(f"{value} is no count. Take a whole number up to {MOST:,}.")
        elif name == "window" and not 60 <= value <= 366 * 86400:
            raise InvalidRequest("A window is a minute to 366 days.")
    kept = {
        name: int(value) if name in COUNTS and value is not None else value
        for name, value in terms.items()
    }
    allowance_of(kept)
    return kept
