"""Picking: the next tile out of the line, and who of the crew paints it."""

from collections.abc import Iterator
from itertools import islice

from engine.crew import MOST_PASSED, Member, Standing
from engine.line import Line, job_of
from engine.queue import Entry


def pick(line: Line, now: float) -> tuple[Entry, Member] | None:
    """None where nothing that waits may be begun now."""
    while True:
        seen = list[Entry]()
        choice = line.crew.choose(_standing(line, now, seen), line.suspects)
        before = seen if choice is None else seen[: choice.place]
        held = [entry for entry in before if not line.crew.may_begin(job_of(entry), line.suspects)]
        for entry in held:
            line.take(entry, now)
            line.put_aside(entry)
        if held:
            continue  # what stood behind them may go first now
        if choice is None:
            return None
        for entry in before:
            line.queue.pass_by(entry.job)
        line.take(seen[choice.place], now)
        return seen[choice.place], choice.member


def _standing(line: Line, now: float, seen: list[Entry]) -> Iterator[Standing]:
    """Those that may be next, as far as somebody looks; they are `seen` then."""
    for entry in islice(line.candidates(now), MOST_PASSED + 1):
        seen.append(entry)
        passed = line.queue.passed(entry.job)
        yield Standing(job=job_of(entry), model=entry.model, passed=passed)
