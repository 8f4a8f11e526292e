"""Track: one shape of forwards, and what was made ready for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from engine.gpu.rows import Rows
from engine.gpu.switches.recorder import Recorder, Work
from engine.gpu.switches.shape import away

Ask = Callable[[Any, Rows], Tensor]
"""Asks a network, compiled or not, for rows that are where it is."""

# Half precision rounds by a thousandth; what is further off is no rounding.
ROUNDING = 0.02
# Numbers that were rounded otherwise before may fall to the other side of a step of eight bits.
ROUNDING_IN_EIGHT_BITS = 0.1

# Of what went wrong; compilers say pages.
LONGEST_WHY = 200

# A LoRA that is worn for the first time changes layers for good, and while it is worn nothing can
# be compiled.
MOST_TRIES = 8


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
    asked: int = 0
    """The same, counted by whoever wants to know what is asked for lately."""
    tries: int = 0
    """How often it was compiled, or was to be."""
    compiles: bool = False
    """It is asked for, or at work."""
    given_up: bool = False
    """The network to ask cannot be recorded."""
    no_recording: str = ""
    """Why there is none, where one was tried or thrown away."""
    no_program: str = ""
    _recorded: Any = None
    """The network that was; it need not be the one to ask by now."""
    _inputs: Rows | None = None
    _played: Work | None = None

    @property
    def recorded(self) -> bool:
        return self._played is not None

    @property
    def is_to_record(self) -> bool:
        return not self.given_up and self._recorded is not self.network

    def is_to_compile(self, network: Any) -> bool:
        nothing_comes = not self.compiles and self.offered is None
        return self.network is network and nothing_comes and self.tries < MOST_TRIES

    def is_compiled(self, network: Any) -> bool:
        """Whether it is another than the network that answers."""
        return (self._recorded if self.recorded else self.network) is not network

    def has_program(self, network: Any) -> bool:
        """Whether something was compiled that answers, or will as soon as it is asked."""
        return self.offered is not None or self.network is not network

    def made(self, network: Any) -> str:
        """Like `compiled, recorded`."""
        ways = {"compiled": self.is_compiled(network), "recorded": self.recorded}
        return ", ".join(name for name, so in ways.items() if so)

    def record(
        self, recorder: Recorder, ask: Ask, rows: Sequence[Rows], expected: Sequence[Tensor]
    ) -> None:
        """From now on played back.

        The first of the rows are recorded. Raises NotTheSame where any is answered otherwise than
        expected: what is not read anew each time would not show with the first.
        """
        inputs, network = _copy(rows[0]), self.network
        played = recorder.record(lambda: ask(network, inputs))
        for each, answer in zip(rows, expected, strict=True):
            _write(inputs, each)
            require_same(played(), answer)
        self._inputs, self._played, self._recorded = inputs, played, network
        self.no_recording = ""

    def take_offer(self) -> None:
        """Ask what was compiled from now on, if there is such a thing by now.

        What was recorded before is played until the new one is.
        """
        if self.offered is not None:
            self.network, self.offered, self.given_up = self.offered, None, False
            self.no_program = ""

    def lose(self, network: Any) -> None:
        """Ask the network itself from now on, for what was compiled of it does not answer."""
        self.network, self.given_up = network, False
        self.no_program = "what was compiled is not used any more: the network has changed"

    def give_up(self, why: str) -> None:
        """Never record the network to ask."""
        self.forget()
        self.given_up, self.no_recording = True, f"it is not recorded: {why}"

    def forget(self) -> None:
        """Give its memory back; it may be recorded again."""
        if self.recorded:
            self.no_recording = "its recording was thrown away, since memory was short"
        self._inputs = self._played = self._recorded = None
        self.seen = 0

    def play(self, rows: Rows) -> Tensor:
        """What was recorded, for these rows; in a tensor of its own."""
        if self._played is None or self._inputs is None:
            raise ValueError("nothing was recorded")
        # What stands in the rows beyond is left there: no row looks at another.
        _write(self._inputs, rows)
        return self._played()[: len(rows)].clone()


def require_same(answer: Tensor, expected: Tensor, most: float = ROUNDING) -> None:
    distance = away(answer, expected)
    if not distance <= most:
        raise NotTheSame(f"it is {distance:.3f} away from what the network answers")


def shortly(error: Exception) -> str:
    """Its first line."""
    first = next(iter(str(error).strip().splitlines()), "")
    return first[:LONGEST_WHY] or type(error).__name__


def example(rows: Rows, width: int) -> Rows:
    """Rows like these that nobody writes to, for whoever needs them longer than a forward."""
    return _copy(rows.padded(width))


def others(rows: Rows) -> Rows:
    """As many rows of which nothing is the same: other noise at other times, told otherwise.

    Nothing is larger than it was: half precision would overflow.
    """
    made = _copy(rows)
    for tensor in (made.latents, *made.conditioning.values()):
        tensor.neg_()
    made.times.div_(2)
    return made


def _copy(rows: Rows) -> Rows:
    return replace(
        rows,
        latents=rows.latents.clone(memory_format=torch.preserve_format),
        times=rows.times.clone(),
        conditioning={name: tensor.clone() for name, tensor in rows.conditioning.items()},
    )


def _write(inputs: Rows, rows: Rows) -> None:
    """Into the first of them."""
    count = len(rows)
    inputs.latents[:count].copy_(rows.latents, non_blocking=True)
    inputs.times[:count].copy_(rows.times, non_blocking=True)
    for name, tensor in inputs.conditioning.items():
        tensor[:count].copy_(rows.conditioning[name], non_blocking=True)
