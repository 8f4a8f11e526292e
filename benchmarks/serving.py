"""Serving: people come to the engine in real time, and it is seen when each has their picture."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from time import perf_counter, sleep

from PIL.Image import Image

from engine.errors import Cancelled, EaselError
from engine.gpu.company import Company
from engine.gpu.seat import Painted, Seat
from engine.job import Recipe
from engine.meter import Measured, Meter, Stepped
from engine.png import write_png

PNG_THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Seconds after the beginning at which the file was there."""

    ended: float
    image: Image


@dataclass(slots=True)
class _Visit:
    file: Future[Served] | None = None
    error: EaselError | None = None


def serve(
    company: Company, arrivals: Sequence[tuple[float, Recipe]], *, at_once: int
) -> Sequence[Served]:
    """In the order of the arrivals, which is that of time; at most so many are begun at once.

    With one at a time that is first come, first served. Raises what a tile failed with.
    """
    coming = deque(enumerate(arrivals))
    visits = [_Visit() for _ in arrivals]
    there = 0
    with ThreadPoolExecutor(PNG_THREADS) as threads:
        started = perf_counter()

        def finished(image: Image, recipe: Recipe) -> Served:
            write_png(image, recipe)
            return Served(ended=perf_counter() - started, image=image)

        def end(visit: _Visit, recipe: Recipe, outcome: Painted | EaselError) -> None:
            nonlocal there
            there -= 1
            if isinstance(outcome, EaselError):
                visit.error = outcome
            else:
                visit.file = threads.submit(finished, outcome.image, recipe)

        while coming or company.busy:
            now = perf_counter() - started
            while coming and there < at_once and coming[0][1][0] <= now:
                number, (_, recipe) = coming.popleft()
                there += 1
                company.welcome(_seat(recipe, partial(end, visits[number], recipe)))
            if company.busy:
                company.turn()
            elif coming:
                sleep(max(0.0, coming[0][1][0] - (perf_counter() - started)))
        return [_outcome(visit) for visit in visits]


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Pictures a second; `stepping` is the share of the time in which the card took steps, so the
    rest of it is for reading, for decoding, and for waiting; `rows` are those of a step."""

    ips: float
    stepping: float
    rows: float


def saturate(
    company: Company,
    meter: Meter,
    recipes: Iterator[Recipe],
    *,
    seats: int,
    settle_s: float,
    window_s: float,
) -> Steady:
    """Where every seat is taken all the time.

    Counted by steps, for whole pictures would be too coarse: which happen to end in the window is
    chance.
    """
    painted, there = 0.0, 0
    steps: list[Stepped] = []
    failed: list[EaselError] = []
    open_seats: list[Seat] = []
    with ThreadPoolExecutor(PNG_THREADS) as threads:

        def told(recipe: Recipe, step: int, preview: object) -> None:
            nonlocal painted
            painted += 1 / recipe.steps

        def end(recipe: Recipe, outcome: Painted | EaselError) -> None:
            nonlocal there
            there -= 1
            if isinstance(outcome, Painted):
                threads.submit(write_png, outcome.image, recipe)
            elif not isinstance(outcome, Cancelled):
                failed.append(outcome)

        def fill_until(time: float) -> None:
            nonlocal there
            while perf_counter() < time and not failed:
                while there < seats:
                    recipe = next(recipes)
                    there += 1
                    seat = _seat(recipe, partial(end, recipe), partial(told, recipe))
                    open_seats.append(seat)
                    company.welcome(seat)
                company.turn()

        def heard(measured: Measured) -> None:
            if isinstance(measured, Stepped):
                steps.append(measured)

        fill_until(perf_counter() + settle_s)
        company.settle()
        started, before = perf_counter(), painted
        meter.add(heard)
        fill_until(started + window_s)
        company.settle()
        meter.remove(heard)
        seconds, pictures = perf_counter() - started, painted - before
        for seat in open_seats:
            seat.withdrawn = True
        company.turn()
    if failed:
        raise failed[0]
    return Steady(
        ips=pictures / seconds,
        stepping=sum(step.seconds for step in steps) / seconds,
        rows=fmean(step.rows for step in steps),
    )


def _seat(
    recipe: Recipe,
    end: Callable[[Painted | EaselError], None],
    tell: Callable[[int, Image | None], None] = lambda step, preview: None,
) -> Seat:
    return Seat(recipe=recipe, sources={}, tell=tell, end=end)


def _outcome(visit: _Visit) -> Served:
    if visit.error is not None:
        raise visit.error
    if visit.file is None:
        raise RuntimeError("somebody came and was never answered")
    return visit.file.result()
