"""Host: how long the card waits for the program, and that no step waits for the card."""

import warnings
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from statistics import median
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.bench import Bench
from benchmarks.ours import Ours, recipe_for
from benchmarks.published import Published
from engine.errors import EaselError
from engine.gpu.bench.overhead import turn_seconds
from engine.gpu.device import settle
from engine.gpu.seat import Painted, Seat

STEPS = 20
# The first turns read the words and settle; the last is followed by decoding.
BEGUN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """`turn_ms` is a turn without its network, by tiles; `idle` the share of a picture's steps in
    which the card had nothing to do; `waits` where a step waited for the card."""

    turn_ms: dict[str, float]
    idle: float | None
    waits: tuple[str, ...] | None


def host(bench: Bench, model: Published) -> Host:
    """On a processor nothing waits for anything, and only turns are timed."""
    ours = bench.ours(model)
    # What was recorded of the network would be played back.
    plain = copy(ours.family)
    plain.tracks = None
    turns = {
        str(jobs): median(turn_seconds(plain, bench.device, jobs=jobs)) * 1000 for jobs in (1, 8)
    }
    if bench.device.type != "cuda":
        return Host(turn_ms=turns, idle=None, waits=None)
    return Host(turn_ms=turns, idle=_idle(bench, ours), waits=_waits(ours))


def _idle(bench: Bench, ours: Ours) -> float | None:
    """None where drivers let nobody look."""
    _stepping(ours)
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as seen:
        for _ in range(STEPS - 2 * BEGUN):
            ours.company.turn()
        settle(bench.device)
    _leave(ours)
    events: Any = seen.events()
    busy = [
        (event.time_range.start, event.time_range.end)
        for event in events
        # What somebody wrote beside the kernels covers the pauses between them.
        if str(event.device_type).endswith("CUDA")
        and not getattr(event, "is_user_annotation", False)
    ]
    return idle_share(busy) if busy else None


def idle_share(busy: Sequence[tuple[float, float]]) -> float:
    """Of the time from the first beginning to the last end, what none of them covers."""
    ordered = sorted(busy)
    covered, reached = 0.0, ordered[0][0]
    for start, end in ordered:
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return 1 - covered / (reached - ordered[0][0])


def _waits(ours: Ours) -> tuple[str, ...]:
    """Every place once. torch calls it an error or warns of it; a warning goes on to the next."""
    _stepping(ours)
    torch.cuda.set_sync_debug_mode("warn")
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            for _ in range(STEPS - 2 * BEGUN):
                ours.company.turn()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    _leave(ours)
    places = {
        f"{each.filename.rsplit('/', 1)[-1]}:{each.lineno}"
        for each in told
        if "synchroniz" in str(each.message)
    }
    return tuple(sorted(places))


def _stepping(ours: Ours) -> None:
    """In the middle of a picture."""
    ended: list[Painted | EaselError] = []
    ours.company.welcome(
        Seat(
            recipe=recipe_for(ours.family.card, STEPS),
            sources={},
            tell=lambda step, preview: None,
            end=ended.append,
        )
    )
    for _ in range(BEGUN):
        ours.company.turn()
    for outcome in ended:
        if isinstance(outcome, EaselError):
            raise outcome


def _leave(ours: Ours) -> None:
    while ours.company.busy:
        ours.company.turn()
