"""Rows: what a step takes by how many rows it has, without and with the switches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch

from benchmarks.bench import Bench
from benchmarks.published import Published
from benchmarks.some_rows import some_rows
from benchmarks.switching import ask
from engine.curve import NEAR
from engine.gpu.device import ran_out_of_memory, settle
from engine.gpu.family import Family

WARM = 3
LONGEST_S = 150.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Milliseconds of a step by its rows, and the fewest rows that are nearly the best."""

    way: str
    ms: Mapping[str, float]
    knee: int


def eager(bench: Bench, model: Published) -> Curve:
    """At the model's own size, with no switch thrown."""
    return curve(bench, bench.family(model), "without switches")


def rows(bench: Bench, model: Published) -> Curve:
    """As the engine measured it when it warmed up, which a processor's does not."""
    ours = bench.ours(model)
    if bench.device.type != "cuda":
        return curve(bench, ours.family, "Easel")
    if ours.curve is None:
        raise RuntimeError("the engine found no curve when it warmed up")
    ms = {str(count): seconds * 1000 for count, seconds in ours.curve.steps}
    return Curve(way="Easel", ms=ms, knee=ours.curve.knee)


def curve(bench: Bench, family: Family, way: str, widths: Sequence[int] | None = None) -> Curve:
    """As wide as memory allows, and as far as there is time to make widths ready."""
    ms: dict[str, float] = {}
    started = perf_counter()
    for count in widths or bench.extent.rows:
        if ms and perf_counter() - started > LONGEST_S:
            break
        try:
            bench.make_ready(family, count)
            ms[str(count)] = step_ms(bench, family, count)
        except Exception as error:
            if not ms or not ran_out_of_memory(error):
                raise
            break
    return Curve(way=way, ms=ms, knee=knee(ms))


def knee(ms: Mapping[str, float]) -> int:
    """The fewest rows whose time a row is as near to the least as the engine wants it."""
    each = {int(count): time / int(count) for count, time in ms.items()}
    least = min(each.values())
    return min(count for count, time in each.items() if time <= (1 + NEAR) * least)


@torch.inference_mode()
def step_ms(bench: Bench, family: Family, count: int) -> float:
    """The median of a few, each waited for: what one turn of the engine asks of the network."""
    asked = some_rows(family, count)
    times = []
    for number in range(WARM + bench.extent.calls):
        settle(bench.device)
        started = perf_counter()
        ask(family, asked)
        settle(bench.device)
        if number >= WARM:
            times.append(perf_counter() - started)
    return median(times) * 1000
