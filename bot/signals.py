"""The signals that stop the program, and what they do while there is nothing to stop yet."""

import signal
from collections.abc import Collection
from types import FrameType, TracebackType
from typing import Self

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heard() -> Collection[signal.Signals]:
    """Whoever starts it with nohup wants it to outlive the terminal."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [each for each in STOPS if not (ignored and each is signal.SIGHUP)]


class NotBegun:
    """Before there is an event loop the program ends well, and afterwards it does so anyway."""

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._heard) for each in heard()}
        self.over = False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if not self.over:
            raise SystemExit(0)
