"""FP8: the same in eight bits, where the card can."""

from dataclasses import dataclass

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.parts.load import steadily
from benchmarks.parts.rows import Curve, curve
from benchmarks.published import Published
from benchmarks.switching import usual
from engine.gpu.bench.likeness import likeness
from engine.gpu.shortcuts.fp8 import require_eight_bits
from engine.shortcut import Shortcut

TILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class EightBits:
    """Pictures a second at 20 steps with every seat taken; `furthest` from sixteen bits."""

    steps: Curve
    twenty_ips: float
    furthest: int
    mean: float


def fp8(bench: Bench, model: Published) -> EightBits:
    """Raises Misconfigured where the card cannot."""
    require_eight_bits(bench.device)
    family = bench.family(model, usual(bench.device), [Shortcut.FP8])
    ours = Ours(family, bench.device)
    steps = curve(bench, family, "FP8", widths=(TILE,))
    recipe = recipe_for(family.card, bench.extent.steps(model.steps[0]))
    apart = likeness([ours.paint(recipe)[0]], [bench.ours(model).paint(recipe)[0]])
    return EightBits(
        steps=steps,
        twenty_ips=steadily(bench, ours, 20),
        furthest=apart.furthest,
        mean=apart.mean,
    )
