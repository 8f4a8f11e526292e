"""Policies that others have, on the same card: first come, first served, and static batches."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence

from engine.simulation.arrivals import Arrival
from engine.simulation.painter import MOST_ROWS
from engine.simulation.timetable import Timetable, forwards_of, key_of, rows_of

Policy = Callable[[Sequence[Arrival], Timetable], Sequence[float]]
"""Answers when each of them is there, in the order of the arrivals, which is that of time."""


def fifo(asked: Sequence[Arrival], timetable: Timetable) -> Sequence[float]:
    """One at a time, as they came."""
    ends: list[float] = []
    for each in asked:
        begun = max(each.at, ends[-1] if ends else 0.0)
        ends.append(begun + timetable.alone_s(each.recipe))
    return ends


def static(
    asked: Sequence[Arrival], timetable: Timetable, *, most_rows: int = MOST_ROWS
) -> Sequence[float]:
    """Who waits longest, and with them those that are alike and wait too: all end together."""
    ends = [0.0] * len(asked)
    coming, waiting, free = deque(enumerate(asked)), list[tuple[int, Arrival]](), 0.0
    while coming or waiting:
        if not waiting:
            free = max(free, coming[0][1].at)
        while coming and coming[0][1].at <= free:
            waiting.append(coming.popleft())
        batch = _batch(waiting, most_rows)
        free += _seconds([each for _, each in batch], timetable)
        for one in batch:
            waiting.remove(one)
            ends[one[0]] = free
    return ends


def _batch(waiting: Sequence[tuple[int, Arrival]], most_rows: int) -> Sequence[tuple[int, Arrival]]:
    kind = _kind(waiting[0][1])
    alike = [one for one in waiting if _kind(one[1]) == kind]
    return alike[: max(1, most_rows // rows_of(waiting[0][1].recipe))]


def _kind(one: Arrival) -> Hashable:
    """Alike, they run to their end together: of as many steps, or the short would wait."""
    recipe = one.recipe
    return key_of(recipe), recipe.sampler, recipe.steps, recipe.guidance


def _seconds(batch: Sequence[Arrival], timetable: Timetable) -> float:
    recipe = batch[0].recipe
    pace = timetable.pace(recipe)
    steps = forwards_of(recipe) * pace.step_s(rows_of(recipe) * len(batch))
    return steps + len(batch) * (pace.words_s + pace.picture_s)
