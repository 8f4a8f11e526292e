"""The signals that stop the program, and what they do while there is nothing to stop yet."""

import signal
from types import FrameType, TracebackType
from typing import Self

STOPS = (signal.SIGINT, signal.SIGTERM)


class NotBegun:
    """Before there is an event loop the program ends well, and afterwards it does so anyway."""

    def __enter__(self) -> Self:
        self._before = {each: signal.signal(each, self._heard) for each in STOPS}
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
