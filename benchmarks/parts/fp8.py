"""FP8: the same in eight bits, where the engine has such a shortcut and the card can."""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.parts.rows import Curve, curve
from benchmarks.published import Published
from benchmarks.serving import saturate
from benchmarks.switching import throw, usual
from engine.gpu.bench.likeness import likeness

MODULE = "engine.gpu.shortcuts.fp8"


@dataclass(frozen=True, slots=True, kw_only=True)
class EightBits:
    """Pictures a second at 20 steps with every seat taken; `furthest` from sixteen bits."""

    layers: int
    steps: Curve
    twenty_ips: float
    furthest: int
    mean: float


def fp8(bench: Bench, model: Published) -> EightBits:
    """Raises where the engine or the card has none."""
    shortcut: Any = import_module(MODULE)
    shortcut.require_eight_bits(bench.device)
    family = bench.family(model)
    bits = shortcut.EightBits(family.network)
    # Only now: what is compiled must know them.
    throw(family, usual(bench.device))
    ours, extent = Ours(family, bench.device), bench.extent
    recipe = recipe_for(family.card, extent.steps(model.steps[0]))
    apart = likeness([ours.paint(recipe)[0]], [bench.ours(model).paint(recipe)[0]])
    twenty = extent.steps(20)
    return EightBits(
        layers=len(bits),
        steps=curve(bench, family, "FP8", widths=(2,)),
        twenty_ips=saturate(
            ours.company,
            iter(lambda: recipe_for(family.card, twenty), None),
            seats=extent.seats,
            settle_s=extent.settle_s,
            window_s=extent.window_s,
        ),
        furthest=apart.furthest,
        mean=apart.mean,
    )
