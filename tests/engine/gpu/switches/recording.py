"""A network and what it is asked, a recorder for a processor, and a background that waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from engine.gpu.rows import Rows
from engine.gpu.switches.background import Background
from engine.gpu.switches.held import Held
from engine.gpu.switches.recorder import Work
from engine.gpu.switches.tracks import OFTEN, Compile, Tracks


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


class Net(nn.Module):
    """Answers each row by itself, and remembers how many rows it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
        self.asked.append(len(latents))
        return latents * times[:, None] + words.sum(1)[:, None]


def ask(network: Any, rows: Rows) -> Tensor:
    answer: Tensor = network(rows.latents, rows.times, rows.conditioning["words"])
    return answer


def rows(count: int, *, places: int = 3, seed: int = 0) -> Rows:
    generator = torch.Generator().manual_seed(seed)
    return Rows(
        latents=torch.randn(count, places, generator=generator),
        times=torch.rand(count, generator=generator),
        conditioning={"words": torch.randn(count, 5, generator=generator)},
    )


def often(tracks: Tracks, asked: Rows, times: int = OFTEN) -> Tensor | None:
    for _ in range(times - 1):
        tracks.answer(asked)
    return tracks.answer(asked)


def compiling(network: Callable[..., Tensor], background: Later) -> Compile:
    return Compile(compiled=lambda: network, background=background)
