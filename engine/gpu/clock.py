"""Clock: how long the device takes, without waiting for it, and how far ahead of it we may run."""

from collections import deque
from collections.abc import Callable
from time import perf_counter
from typing import Any, Protocol

import torch

Done = Callable[[float], None]
"""Told the seconds that the device took."""

# Further ahead, and whoever joins or leaves would wait for steps that were asked for already.
RUN_AHEAD = 2


class Clock(Protocol):
    """Times one piece of work after another."""

    def start(self) -> None: ...

    def stop(self, done: Done) -> None:
        """`done` is called when the device has done it; with another piece of work at the latest
        two pieces on."""
        ...

    def drain(self) -> None:
        """Wait for all that was asked for."""
        ...


class HostClock:
    """On a CPU work is done when it returns."""

    def start(self) -> None:
        self._started = perf_counter()

    def stop(self, done: Done) -> None:
        done(perf_counter() - self._started)

    def drain(self) -> None:
        """Nothing is ever ahead."""


class EventClock:
    """By the card's own events: asking for the next piece of work does not wait for this one."""

    def __init__(self, event: Callable[[], Any]) -> None:
        self._event = event
        self._asked: deque[tuple[Any, Any, Done]] = deque()

    def start(self) -> None:
        self._began = self._event()
        self._began.record()

    def stop(self, done: Done) -> None:
        ended = self._event()
        ended.record()
        self._asked.append((self._began, ended, done))
        while len(self._asked) > RUN_AHEAD:
            self._wait_for_first()

    def drain(self) -> None:
        while self._asked:
            self._wait_for_first()

    def _wait_for_first(self) -> None:
        began, ended, done = self._asked.popleft()
        ended.synchronize()
        done(began.elapsed_time(ended) / 1000)


def clock_of(device: torch.device) -> Clock:
    if device.type == "cuda":
        return EventClock(lambda: torch.cuda.Event(enable_timing=True))
    return HostClock()
