"""The time of the stand-in, which tests can move forward, and the ids that it gives out."""

import time
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000


class Clock:
    """Goes as the real one does, and further ahead the more it was moved."""

    def __init__(self) -> None:
        self._began = time.time() - time.monotonic()
        self._ahead = 0.0
        self._last_id = 0

    def now(self) -> float:
        """Seconds since 1970."""
        return self._began + time.monotonic() + self._ahead

    def move(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._ahead += seconds

    def new_id(self) -> int:
        """A snowflake, larger than every one before."""
        stamp = (int(self.now() * 1000) - EPOCH_MS) << 22
        self._last_id = max(self._last_id + 1, stamp)
        return self._last_id


def born(snowflake: int) -> float:
    """When an id was given out."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def written(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
