"""Heartbeat: how it is noticed that a child is there and does nothing any more."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """It is asked how it is every so often; who gives no answer so many times in a row is ended.

    More than once, since a parent that was halted itself finds its time over before the answer.
    """

    every_s: float = 20.0
    patience_s: float = 30.0
    misses: int = 2
