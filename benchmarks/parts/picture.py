"""Picture: one picture end to end, from the words to the PNG, stock and ours in turns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

import torch

from benchmarks.bench import Bench
from benchmarks.flop import flop_of
from benchmarks.ours import recipe_for
from benchmarks.published import Published
from benchmarks.switching import made
from engine.gpu.bench.likeness import likeness
from engine.gpu.family import Family
from engine.job import Recipe

STOCK, COMPILED, OURS = "stock", "compiled", "ours"
Paint = Callable[[Recipe], tuple[bytes, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Medians. `its` are steps a second with everything around them; `share` of the peak."""

    ms: float
    its: float
    share: float | None
    peak_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How far our pictures are from stock's, in levels of 255 and in parts of the range."""

    furthest: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """By steps: the ways, and how many times as fast as each other way ours is."""

    side: int
    precision: str
    ways: Mapping[str, Mapping[str, Way]]
    over: Mapping[str, Mapping[str, float]]
    likeness: Mapping[str, Likeness]
    made: Mapping[str, str] = field(default_factory=dict)
    """What was made ready of our forwards, by their shapes."""


def picture(bench: Bench, model: Published) -> Pictures:
    """Stock without a compiler beside ours."""
    return _compared(bench, model, {STOCK: bench.stock(model).paint})


def compiled(bench: Bench, model: Published) -> Pictures:
    """Stock with one as well."""
    others = {
        STOCK: bench.stock(model).paint,
        COMPILED: bench.stock(model, compiled=True).paint,
    }
    return _compared(bench, model, others)


def _compared(bench: Bench, model: Published, others: Mapping[str, Paint]) -> Pictures:
    ours = bench.ours(model)
    family = ours.family
    ways = {**others, OURS: ours.paint}
    measured: dict[str, dict[str, Way]] = {}
    over: dict[str, dict[str, float]] = {}
    bench.make_ready(family, 2)
    for paint in ways.values():
        # Compilers and memory pools settle with the second picture.
        for _ in range(2):
            paint(recipe_for(family.card, 2))
    for published in model.steps:
        steps = bench.extent.steps(published)
        times = _rounds(bench, family, steps, ways)
        measured[str(steps)] = {
            name: _way(bench, model, steps, times[name], ways[name], family) for name in ways
        }
        over[str(steps)] = {
            name: median(other / own for other, own in zip(times[name], times[OURS], strict=True))
            for name in others
        }
    return Pictures(
        side=family.card.width,
        precision=str(bench.precision(model)).removeprefix("torch."),
        ways=measured,
        over=over,
        likeness=_alike(family, others, ours.paint, bench.extent.steps(model.steps[0])),
        made=made(family),
    )


def _rounds(
    bench: Bench, family: Family, steps: int, ways: Mapping[str, Paint]
) -> Mapping[str, Sequence[float]]:
    """Each way once a round, so that whatever slows a round slows all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(bench.extent.rounds):
        for name, paint in ways.items():
            times[name].append(paint(recipe_for(family.card, steps))[1])
    return times


def _way(
    bench: Bench,
    model: Published,
    steps: int,
    times: Sequence[float],
    paint: Paint,
    family: Family,
) -> Way:
    seconds = median(times)
    share = None if bench.narrow else flop_of(model, steps) / seconds / bench.peak
    return Way(
        ms=seconds * 1000,
        its=steps / seconds,
        share=share,
        peak_bytes=_peak_bytes(bench.device, paint, family),
    )


def _peak_bytes(device: torch.device, paint: Paint, family: Family) -> int | None:
    """With the weights of one model, however many others are there."""
    if device.type != "cuda":
        return None
    before = torch.cuda.memory_allocated(device)
    torch.cuda.reset_peak_memory_stats(device)
    paint(recipe_for(family.card, 4))
    return torch.cuda.max_memory_allocated(device) - before + family.size


def _alike(
    family: Family, others: Mapping[str, Paint], ours: Paint, steps: int
) -> Mapping[str, Likeness]:
    recipe = recipe_for(family.card, steps)
    own, _ = ours(recipe)
    found = {name: likeness([own], [paint(recipe)[0]]) for name, paint in others.items()}
    return {name: Likeness(furthest=each.furthest, mean=each.mean) for name, each in found.items()}
