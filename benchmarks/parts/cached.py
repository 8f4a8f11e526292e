"""Cached: a picture of which one step in a few is painted whole, beside one with all of them."""

from dataclasses import dataclass, replace
from statistics import median

from benchmarks.bench import Bench
from benchmarks.ours import recipe_for
from benchmarks.published import Published
from engine.gpu.switches.tracks import OFTEN

EVERY = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cached:
    """Milliseconds of a picture, from the words to the pixels."""

    steps: int
    every: int
    ms: float
    whole_ms: float


def cached(bench: Bench, model: Published) -> Cached:
    """In turns, so that whatever slows one slows the other."""
    ours = bench.ours(model)
    bench.make_ready(ours.family, 2)
    steps = bench.extent.steps(model.steps[0])
    # Until steps of each phase were asked for so often that they are recorded.
    for count in (steps, bench.extent.steps(EVERY * (OFTEN + 1))):
        ours.paint(replace(recipe_for(ours.family.card, count), cache=EVERY))
    times: dict[int, list[float]] = {EVERY: [], 1: []}
    for _ in range(bench.extent.rounds):
        for every, seconds in times.items():
            recipe = replace(recipe_for(ours.family.card, steps), cache=every)
            seconds.append(ours.timed(recipe)[0])
    return Cached(
        steps=steps,
        every=EVERY,
        ms=median(times[EVERY]) * 1000,
        whole_ms=median(times[1]) * 1000,
    )
