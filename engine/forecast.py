"""Forecast: what goes before a job in the line, and how long everything that is there takes."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from engine.line import Line, job_of
from engine.place import Ahead


def cost_of(line: Line) -> float:
    """Credits that it takes until all that is there is painted."""
    return _being_painted(line) + line.queue.cost


def seconds_of(line: Line) -> float:
    """Until all of that is painted."""
    return cost_of(line) / line.crew.pace


def until(line: Line, job: str, now: float) -> Ahead:
    """What goes before a job, with what is being painted."""
    painted = _being_painted(line) + _put_aside_until(line, job)
    waiting = [name for name in line.names(job) if line.queue.waits(name)]
    if not waiting:
        return Ahead(tiles=0, credits=painted, own=())
    ends = {waiting[0], waiting[-1]}
    found = [before for name in ends if (before := line.queue.until(name, now))]
    own = tuple(line.queue.price(name) for name in waiting)
    last = painted + max(cost for _, cost in found)
    return Ahead(tiles=min(place for place, _ in found), credits=last - sum(own), own=own)


def places(line: Line, jobs: Collection[str], now: float, most: int = 5000) -> Mapping[str, Ahead]:
    """The same of many that wait, in one walk along the queue.

    Not of those that do not stand whole among the `most` that go first.
    """
    painted = _being_painted(line)
    first: dict[str, int] = {}
    last: dict[str, float] = {}
    own: defaultdict[str, list[float]] = defaultdict(list)
    for place, entry in enumerate(line.queue.order(now, most)):
        painted += entry.price
        job = job_of(entry)
        if job in jobs:
            first.setdefault(job, place)
            last[job] = painted
            own[job].append(entry.price)
    # Some of those that were begun have left the queue already.
    return {
        job: Ahead(tiles=place, credits=last[job] - sum(own[job]), own=tuple(own[job]))
        for job, place in first.items()
        if len(own[job]) == line.jobs.get(job)
    }


def _being_painted(line: Line) -> float:
    """Credits that the tiles which were begun will still take."""
    return sum(line.works[name].unpainted for name in line.painting if name in line.works)


def _put_aside_until(line: Line, job: str) -> float:
    """Credits of what was put aside and is painted before the job, one after the other, with
    its own part of that."""
    own = [n for n, entry in enumerate(line.aside, 1) if job_of(entry) == job]
    return sum(entry.price for entry in line.aside[: max(own, default=0)])
