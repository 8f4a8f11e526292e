"""Starting: from the start of the program until a picture takes no longer than the next."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.apart import asked_apart
from benchmarks.bench import Bench
from benchmarks.ours import recipe_for
from benchmarks.published import Published

CACHES = ("TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")
STEPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds: of everything, of making the model and throwing the switches, of the first picture
    and of the second."""

    whole_s: float
    ready_s: float
    first_s: float
    second_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Starts:
    """Without what an earlier start compiled, and with it."""

    cold: Start
    cached: Start


def starting(bench: Bench, model: Published) -> Starts:
    """Twice in a program of its own, with a cache of its own."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        place = {name: str(Path(folder, name.lower())) for name in CACHES}
        cold, cached = (_started(bench, model, place) for _ in range(2))
    return Starts(cold=cold, cached=cached)


def _started(bench: Bench, model: Published, place: Mapping[str, str]) -> Start:
    told, seconds = asked_apart("start", model, bench, {**os.environ, **place})
    return Start(whole_s=seconds, **told)


def start(bench: Bench, model: Published) -> Mapping[str, Any]:
    """What the other program does; how long everything took is seen from outside."""
    began = perf_counter()
    ours = bench.ours(model)
    bench.make_ready(ours.family, 2)
    ready = perf_counter() - began
    _, first = ours.paint(recipe_for(ours.family.card, STEPS))
    _, second = ours.paint(recipe_for(ours.family.card, STEPS))
    return {"ready_s": ready, "first_s": first, "second_s": second}
