"""What somebody pressed or chose on a message of ours."""

from dataclasses import dataclass

OURS = "easel:"
FORM = r"easel:(?P<action>[a-z]+):(?P<target>[0-9a-f]{32}|[0-9]+)(?::(?P<tile>[0-9]+))?"
"""Buttons say themselves what they do, so that they work for ever."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """`target` is a job, a question, or a picture's number; `chosen` is what a list was left at."""

    action: str
    target: str
    tile: int | None = None
    chosen: tuple[str, ...] = ()
