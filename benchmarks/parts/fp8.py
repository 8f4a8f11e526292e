"""FP8: the same in eight bits, where the card can."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.parts.load import steadily
from benchmarks.published import Published
from benchmarks.serving import Steady
from engine.gpu.bench.likeness import likeness
from engine.gpu.shortcuts.fp8 import require_eight_bits
from engine.shortcut import Shortcut


@dataclass(frozen=True, slots=True, kw_only=True)
class EightBits:
    """Milliseconds of a step by its rows, and 20 steps with every seat taken; `furthest` from
    sixteen bits."""

    step_ms: Mapping[str, float]
    twenty: Steady
    furthest: int
    mean: float


def fp8(bench: Bench, model: Published) -> EightBits:
    """Raises Misconfigured where the card cannot."""
    require_eight_bits(bench.device)
    sixteen = bench.ours(model)
    eight = Ours(bench.family(model, bench.usual, [Shortcut.FP8]), bench.device)
    recipe = recipe_for(sixteen.family.card, bench.extent.steps(model.steps[0]))
    apart = likeness([eight.paint(recipe)[0]], [sixteen.paint(recipe)[0]])
    steps = eight.curve.steps if eight.curve else ()
    return EightBits(
        step_ms={str(rows): seconds * 1000 for rows, seconds in steps},
        twenty=steadily(bench, eight, 20),
        furthest=apart.furthest,
        mean=apart.mean,
    )
