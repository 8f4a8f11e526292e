"""Terms as programs write and read them: limits of a tier or of a person."""

from typing import Any, cast

from typing_extensions import TypedDict  # pydantic reads no other before Python 3.12

from bot.web.fields import Said
from engine.terms import NAMES, Terms, checked

PRIORITY, TIER = "priority", "tier"
"""An allowance calls it a tier, and so is called what people have."""


class SaidTerms(Said):
    """What is not said is as whoever stands above has it: the tier, or no limit at all.

    null is no limit. A lower `priority` goes first. The `window` is in seconds, in which all of
    `per_window` flows back; `most_waiting` are jobs, `most_running` are pictures.
    """

    per_day: float | None = None
    per_window: float | None = None
    window: float | None = None
    burst: float | None = None
    largest_pixels: int | None = None
    most_steps: int | None = None
    most_waiting: int | None = None
    most_running: int | None = None
    priority: int | None = None
    weight: float | None = None

    @property
    def terms(self) -> Terms:
        """Those that were said. Raises InvalidRequest where they cannot be kept."""
        said = {name: getattr(self, name) for name in self.model_fields_set}
        if PRIORITY in said:
            said[TIER] = said.pop(PRIORITY)
        return checked(said)


class ToldTerms(TypedDict, total=False):
    """By the same names, those alone that are not as whoever stands above has them. null is no
    limit."""

    per_day: float | None
    per_window: float | None
    window: float
    burst: float | None
    largest_pixels: int | None
    most_steps: int | None
    most_waiting: int | None
    most_running: int | None
    priority: int
    weight: float


def told_terms(terms: Terms) -> ToldTerms:
    """Names that a newer Easel wrote are passed over."""
    told: dict[str, Any] = {name: value for name, value in terms.items() if name in NAMES}
    if TIER in told:
        told[PRIORITY] = told.pop(TIER)
    return cast(ToldTerms, told)
