"""Counterpart: stock diffusers in a program beside this one, as it is seen from here.

It has its own weights, flags, compilers and memory pools. The card is its alone while it paints,
for both sides answer only when the card has done what they asked of it.
"""

from base64 import b64decode
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

import torch

from benchmarks.bench import Bench
from benchmarks.peak_memory import PeakMemory
from benchmarks.program import Program
from benchmarks.published import Published
from engine.gpu.device import settle
from engine.job import Recipe
from engine.switch import Switch

LONGEST_S, LEAST_S = 150.0, 60.0
"""For one picture, after all that is compiled for it the first time. What was begun is ended, also
where the time is over."""


class Counterpart:
    """Gets ready beside whatever is done here meanwhile."""

    def __init__(self, bench: Bench, model: Published, *, compiled: bool = False) -> None:
        device = bench.device
        precision = str(bench.precision(model)).removeprefix("torch.")
        arguments = [model.name, str(device), precision]
        arguments += ["--narrow"] if bench.narrow else []
        arguments += ["--compiled"] if compiled else []
        arguments += ["--without-flags"] if Switch.FLAGS in bench.without else []
        if device.type == "cpu":
            # With another number of threads the last bits are others.
            arguments += ["--threads", str(torch.get_num_threads())]
        self._bench = bench
        self._program = Program("benchmarks.stock", *arguments)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._program.close()

    def timed(self, recipe: Recipe, *, upcasts: bool = True) -> tuple[float, float]:
        """The seconds to the picture, and to its file, by its own clock.

        Raises RuntimeError where it failed.
        """
        picture, file = self._ask("seconds", recipe, upcasts=upcasts)
        return float(picture), float(file)

    def png(self, recipe: Recipe, *, upcasts: bool = True) -> bytes:
        return b64decode(self._ask("png", recipe, upcasts=upcasts))

    def memory(self, recipe: Recipe, *, upcasts: bool = True) -> PeakMemory | None:
        """Of its whole program while it paints that, its weights among it."""
        told = self._ask("memory", recipe, upcasts=upcasts)
        return PeakMemory(**told) if told else None

    def _ask(self, wanted: str, recipe: Recipe, *, upcasts: bool) -> Any:
        settle(self._bench.device)
        question = {"wanted": wanted, "recipe": asdict(recipe), "upcasts": upcasts}
        within = max(LEAST_S, min(LONGEST_S, self._bench.left_s / 2))
        return self._program.ask(question, within_s=within)
