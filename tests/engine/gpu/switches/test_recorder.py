"""A card is asked in one order to record, for what is recorded otherwise may read what is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.gpu.switches.recorder import CardRecorder

CARD = torch.device("cuda")
GROWN = 70


@dataclass(eq=False)
class FakeStream:
    name: str
    told: list[str]

    def wait_stream(self, other: "FakeStream") -> None:
        self.told.append(f"{self.name} waits for {other.name}")


@dataclass
class Pretended:
    """Both what torch calls `cuda` and what it is bound to. Writes down what it is told."""

    told: list[str] = field(default_factory=list)
    graphs: int = 0
    idle: int = 0
    capturing: bool = False

    def __post_init__(self) -> None:
        self.current = FakeStream("usual", self.told)

    def Stream(self, device: torch.device) -> FakeStream:  # noqa: N802  # as torch has it
        self.told.append("a stream is made")
        return FakeStream("aside", self.told)

    def current_stream(self, device: torch.device) -> FakeStream:
        return self.current

    def set_stream(self, stream: FakeStream) -> None:
        self.told.append(f"back to {stream.name}")
        self.current = stream

    @contextmanager
    def stream(self, stream: FakeStream) -> Iterator[None]:
        before, self.current = self.current, stream
        yield
        self.current = before

    def synchronize(self, device: torch.device) -> None:
        self.told.append("all is done")

    def CUDAGraph(self) -> Any:  # noqa: N802  # as torch has it
        self.graphs += 1
        return Graph(f"pool {self.graphs}", self.told)

    @contextmanager
    def graph(
        self, graph: Any, *, pool: Any, stream: FakeStream, capture_error_mode: str
    ) -> Iterator[None]:
        """Like torch's it leaves its own stream in force where what is recorded fails."""
        self.told.append(f"recording in {pool}, {capture_error_mode}")
        before, self.current, self.capturing = self.current, stream, True
        yield
        self.current, self.capturing = before, False
        self.told.append("recorded")

    def memory_reserved(self, device: torch.device) -> int:
        return 1000 + self.idle

    def memory_allocated(self, device: torch.device) -> int:
        return 1000

    def _cuda_clearCublasWorkspaces(self) -> None:  # noqa: N802  # as torch has it
        self.told.append("workspaces are cleared")


@dataclass
class Graph:
    in_pool: str
    told: list[str]

    def pool(self) -> str:
        return self.in_pool

    def replay(self) -> None:
        self.told.append("played")


@pytest.fixture
def card() -> Pretended:
    return Pretended()


def recorder_on(card: Pretended) -> CardRecorder:
    return CardRecorder(CARD, cuda=card, bindings=card)


def work_on(card: Pretended, answer: Tensor) -> Tensor:
    card.told.append(f"work on {card.current.name}")
    card.idle += GROWN
    return answer


def test_it_is_tried_aside_until_all_is_there_and_recorded_when_the_card_is_still(
    card: Pretended,
) -> None:
    recorder_on(card).record(lambda: work_on(card, torch.zeros(1)))

    assert card.told == [
        "a stream is made",
        "aside waits for usual",
        "work on aside",
        "work on aside",
        "work on aside",
        "usual waits for aside",
        "all is done",
        "workspaces are cleared",
        "recording in None, thread_local",
        "work on aside",
        "recorded",
        "back to usual",
        "workspaces are cleared",
    ]


def test_recordings_share_a_stream_and_the_pool_of_the_first(card: Pretended) -> None:
    recorder = recorder_on(card)
    first = recorder.record(lambda: work_on(card, torch.zeros(1)))

    second = recorder.record(lambda: work_on(card, torch.zeros(1)))

    pools = [line for line in card.told if line.startswith("recording")]
    assert pools == ["recording in None, thread_local", "recording in pool 1, thread_local"]
    assert card.told.count("a stream is made") == 1
    assert recorder.held == 2 * GROWN, "what each grew by while it was recorded"
    assert first is not second


def test_what_was_recorded_is_played_into_the_same_answer(card: Pretended) -> None:
    answer = torch.zeros(1)
    played = recorder_on(card).record(lambda: work_on(card, answer))
    card.told.clear()

    assert played() is answer
    assert card.told == ["played"]


def test_what_cannot_be_recorded_leaves_the_card_as_it_was(card: Pretended) -> None:
    def failing() -> Tensor:
        if card.capturing:
            raise RuntimeError("operation not permitted when stream is capturing")
        return work_on(card, torch.zeros(1))

    recorder = recorder_on(card)

    with pytest.raises(RuntimeError, match="capturing"):
        recorder.record(failing)

    assert card.current.name == "usual"
    assert card.told[-2:] == ["back to usual", "workspaces are cleared"]
    assert recorder.held == 0
