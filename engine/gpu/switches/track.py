"""Track: one shape of forwards, and what was made ready for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from engine.gpu.rows import Rows
from engine.gpu.switches.compiling import never
from engine.gpu.switches.recorder import Recorder, Work
from engine.gpu.switches.shape import away

Ask = Callable[[Any, Rows], Tensor]
"""Asks a network, compiled or not, for rows that are where it is."""

# Half precision rounds by a thousandth; what is further off is no rounding.
ROUNDING = 0.02
# Numbers that were rounded otherwise before may fall to the other side of a step of eight bits.
ROUNDING_IN_EIGHT_BITS = 0.1


class NotTheSame(RuntimeError):
    """What was made ready answers something else than the network itself."""


@dataclass(slots=True)
class Track:
    """Belongs to the thread that paints. `seen` counts the forwards that were asked of it."""

    network: Any
    """The one to ask: it may be compiled."""
    offered: Any = None
    """The compiled one, laid down here by another thread when it is done."""
    seen: int = 0
    was_compiled: bool = False
    given_up: bool = False
    _inputs: Rows | None = None
    _played: Work | None = None

    @property
    def recorded(self) -> bool:
        return self._played is not None

    def made(self, network: Any) -> str:
        """Like `compiled, recorded`."""
        ways = {"compiled": self.network is not network, "recorded": self.recorded}
        return ", ".join(name for name, so in ways.items() if so)

    def record(self, recorder: Recorder, ask: Ask, rows: Rows) -> None:
        """From now on played back. Raises NotTheSame where that is another answer."""
        expected = ask(self.network, rows)
        inputs = _copy(rows)
        network = self.network
        played = recorder.record(lambda: ask(network, inputs))
        require_same(played(), expected)
        self._inputs, self._played = inputs, played

    def take_offer(self) -> None:
        """Ask what was compiled from now on, if there is such a thing by now."""
        if self.offered is not None:
            self.network, self.offered = self.offered, None
            self._inputs = self._played = None
            self.given_up = False

    def give_back(self, network: Any) -> None:
        """Ask the network itself from now on, for what was compiled of it does not answer."""
        self.network, self.given_up = network, True
        self._inputs = self._played = None

    def forget(self) -> None:
        """Give its memory back; it may be recorded again."""
        self._inputs = self._played = None
        self.seen = 0

    def answer(self, ask: Ask, rows: Rows, width: int) -> Tensor:
        """In a tensor of its own."""
        if self._played is None or self._inputs is None:
            with never():
                return ask(self.network, rows.padded(width))[: len(rows)]
        # What stands in the rows beyond is left there: no row looks at another.
        count = len(rows)
        self._inputs.latents[:count].copy_(rows.latents, non_blocking=True)
        self._inputs.times[:count].copy_(rows.times, non_blocking=True)
        for name, tensor in self._inputs.conditioning.items():
            tensor[:count].copy_(rows.conditioning[name], non_blocking=True)
        return self._played()[:count].clone()


def require_same(answer: Tensor, expected: Tensor, most: float = ROUNDING) -> None:
    distance = away(answer, expected)
    if not distance <= most:
        raise NotTheSame(f"it is {distance:.3f} away from what the network answers")


def example(rows: Rows, width: int) -> Rows:
    """Rows like these that nobody writes to, for whoever needs them longer than a forward."""
    return _copy(rows.padded(width))


def _copy(rows: Rows) -> Rows:
    return replace(
        rows,
        latents=rows.latents.clone(memory_format=torch.preserve_format),
        times=rows.times.clone(),
        conditioning={name: tensor.clone() for name, tensor in rows.conditioning.items()},
    )
