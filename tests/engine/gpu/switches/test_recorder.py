"""A card is asked in one order to record, for what is recorded otherwise may read what is not."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

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
    pools: int = 0
    idle: int = 0
    capturing: bool = False
    in_use: Counter[str] = field(default_factory=Counter)
    underway: set[str] = field(default_factory=set)

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

    def CUDAGraph(self) -> "Graph":  # noqa: N802  # as torch has it
        return Graph(self)

    def current_device(self) -> int:
        return 0

    def graph_pool_handle(self) -> str:
        self.pools += 1
        return f"pool {self.pools}"

    @contextmanager
    def graph(
        self, graph: "Graph", *, pool: str, stream: FakeStream, capture_error_mode: str
    ) -> Iterator[None]:
        """Like torch's it leaves its own stream in force where what is recorded fails.

        Where the card says so it leaves the recording as well, and the pool is nobody's.
        """
        assert pool not in self.in_use or self.in_use[pool] > 0, "torch's own assertion"
        self.told.append(f"recording in {pool}, {capture_error_mode}")
        before, self.current, self.capturing = self.current, stream, True
        self.in_use[pool] += 1
        self.underway.add(pool)
        try:
            yield
        except RuntimeError as error:
            self.capturing = False
            if "capturing" not in str(error):
                graph.end(pool)
            raise
        graph.end(pool)
        self.current, self.capturing = before, False
        self.told.append("recorded")

    def _cuda_endAllocateToPool(self, device: int, pool: str) -> None:  # noqa: N802  # as torch has it
        if pool not in self.underway:
            raise RuntimeError("endAllocatePool: not currently recording to mempool_id")
        self.underway.remove(pool)

    def _cuda_releasePool(self, device: int, pool: str) -> None:  # noqa: N802  # as torch has it
        self.in_use[pool] -= 1

    def memory_reserved(self, device: torch.device) -> int:
        return 1000 + self.idle

    def memory_allocated(self, device: torch.device) -> int:
        return 1000

    def _cuda_clearCublasWorkspaces(self) -> None:  # noqa: N802  # as torch has it
        self.told.append("workspaces are cleared")


class Graph:
    """Its pool is in use as long as it is there, if it was recorded at all."""

    def __init__(self, card: Pretended) -> None:
        self._card = card
        self._pool: str | None = None

    def end(self, pool: str) -> None:
        self._card.underway.remove(pool)
        self._pool = pool

    def replay(self) -> None:
        self._card.told.append("played")

    def __del__(self) -> None:
        if self._pool is not None:
            self._card.in_use[self._pool] -= 1


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
        "recording in pool 1, thread_local",
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
    assert pools == ["recording in pool 1, thread_local"] * 2
    assert card.told.count("a stream is made") == 1
    assert recorder.held == 2 * GROWN, "what each grew by while it was recorded"
    assert first is not second


def test_what_was_recorded_is_played_into_the_same_answer(card: Pretended) -> None:
    answer = torch.zeros(1)
    played = recorder_on(card).record(lambda: work_on(card, answer))
    card.told.clear()

    assert played() is answer
    assert card.told == ["played"]


def test_after_the_last_recording_is_gone_others_share_another_pool(card: Pretended) -> None:
    recorder = recorder_on(card)
    recorder.record(lambda: work_on(card, torch.zeros(1)))

    again = recorder.record(lambda: work_on(card, torch.zeros(1)))

    assert card.in_use == {"pool 1": 0, "pool 2": 1}
    assert again() is not None


@pytest.mark.parametrize("why", ["operation not permitted when stream is capturing", "no memory"])
def test_what_cannot_be_recorded_leaves_the_card_as_it_was(card: Pretended, why: str) -> None:
    recorder = recorder_on(card)

    with pytest.raises(RuntimeError, match=why):
        recorder.record(failing(card, why))

    assert card.current.name == "usual"
    assert card.told[-2:] == ["back to usual", "workspaces are cleared"]
    assert recorder.held == 0
    assert not card.underway
    assert card.in_use == {"pool 1": 0}


@pytest.mark.parametrize(
    ("why", "pools"),
    [
        ("operation not permitted when stream is capturing", {"pool 1": 1, "pool 2": 1}),
        ("no memory", {"pool 1": 2}),
    ],
)
def test_only_after_what_broke_others_have_another_pool(
    card: Pretended, why: str, pools: dict[str, int]
) -> None:
    recorder = recorder_on(card)
    first = recorder.record(lambda: work_on(card, torch.zeros(1)))
    with pytest.raises(RuntimeError):
        recorder.record(failing(card, why))

    second = recorder.record(lambda: work_on(card, torch.zeros(1)))

    assert card.in_use == pools
    assert first is not second


def failing(card: Pretended, why: str) -> Callable[[], Tensor]:
    def work() -> Tensor:
        if card.capturing:
            raise RuntimeError(why)
        return work_on(card, torch.zeros(1))

    return work
