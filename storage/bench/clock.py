"""Clock: how long single calls take, and what that is for most of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Clock:
    """The seconds of all calls of one kind."""

    times: list[float] = field(default_factory=list)

    async def time(self, call: Callable[[], Awaitable[Answer]]) -> Answer:
        """Call it, and note how long that took."""
        begun = perf_counter()
        answer = await call()
        self.times.append(perf_counter() - begun)
        return answer

    def milliseconds(self, share: float) -> float:
        """So many are enough for that share of the calls."""
        ordered = sorted(self.times)
        # The smallest that the share does not exceed: of a hundred calls, p99 is the 99th.
        index = max(0, -(-len(ordered) * round(share * 1000) // 1000) - 1)
        return ordered[index] * 1000
