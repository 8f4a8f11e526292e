"""A recorder for a processor, and a background whose work is done when the test says so."""

from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from engine.gpu.rows import Rows
from engine.gpu.switches.background import Background
from engine.gpu.switches.held import Held
from engine.gpu.switches.recorder import Work


@dataclass
class FakeRecorder:
    """Plays back by doing the work again, into the one tensor that it always answers with."""

    recorded: int = 0
    played: int = 0
    wrong: bool = False
    error: Exception | None = None
    each: int = 0
    """Bytes that every recording keeps."""
    _held: Held = field(default_factory=Held)

    @property
    def held(self) -> int:
        return self._held.bytes

    def record(self, work: Work) -> Work:
        if self.error is not None:
            raise self.error
        self.recorded += 1
        answer = work().clone()

        def played() -> Tensor:
            self.played += 1
            answer.copy_(work() * (2 if self.wrong else 1))
            return answer

        self._held.add(played, self.each)
        return played


@dataclass
class Later(Background):
    """Keeps what it is asked for until `work()`."""

    asked: list[Callable[[], None]] = field(default_factory=list)

    def ask(self, work: Callable[[], None]) -> None:
        self.asked.append(work)

    def work(self) -> None:
        while self.asked:
            self.asked.pop(0)()


def more(rows: Rows, times: int) -> Rows:
    """The rows over and over."""
    return rows.padded(len(rows) * times)
