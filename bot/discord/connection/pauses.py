"""Pauses: how long discord.py waits before it looks for a lost connection again."""

from discord.backoff import ExponentialBackoff

LONGEST_S = 60.0
"""By itself it would stay away for a quarter of an hour after Discord is back."""


class Pauses(ExponentialBackoff[bool]):
    """Longer and longer ones, up to a minute."""

    def delay(self) -> float:
        return min(float(super().delay()), LONGEST_S)
