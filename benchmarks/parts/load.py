"""Load: pictures a second with every seat taken, and how long people wait who come by chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import mean

from benchmarks.bench import Bench
from benchmarks.extent import Extent
from benchmarks.ours import Ours, recipe_for
from benchmarks.published import Published
from benchmarks.serving import Steady, saturate, serve
from engine.card import ModelCard
from engine.gpu.bench.measured import percentile
from engine.job import Recipe

STEPS = (20, 25, 28, 30, 30, 30, 40, 50)
FEW_STEPS, FEW_SHARE = (4, 6, 8), 0.15
"""So much of all is asked for in few steps without guidance, as few-step models are."""
FEWEST = 4
TILE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturated:
    """All with as many steps as others are measured with, and mixed ones."""

    seats: int
    twenty: Steady
    mixed: Steady


@dataclass(frozen=True, slots=True, kw_only=True)
class Poisson:
    """Seconds from coming to the picture, and pictures a second from the first who came to the last
    who was served. First come, first served paints with the same engine, one after the other."""

    load: float
    jobs: int
    alone_s: float
    p50_s: float
    p95_s: float
    first_p50_s: float
    first_p95_s: float
    ips: float
    first_ips: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """Seconds of a step of a picture that nobody else is painted beside, with guidance and without,
    and with its share of all that is around the steps."""

    guided: float
    plain: float

    def seconds(self, recipe: Recipe) -> float:
        return recipe.steps * (self.guided if recipe.guidance > 1 else self.plain)


def saturated(bench: Bench, model: Published) -> Saturated:
    """As many seats as the engine has."""
    ours = bench.ours(model)
    return Saturated(
        seats=bench.extent.seats,
        twenty=steadily(bench, ours, 20),
        mixed=steadily(bench, ours, 20, 50),
    )


def steadily(bench: Bench, ours: Ours, fewest: int, most: int | None = None) -> Steady:
    """Pictures of so many steps, or of any count between the two."""
    extent, lottery = bench.extent, Random(9)
    bench.make_ready(ours.family, ours.widest)

    def recipes() -> Iterator[Recipe]:
        while True:
            steps = lottery.randint(fewest, most or fewest)
            yield recipe_for(ours.family.card, extent.steps(steps))

    return saturate(
        ours.company,
        ours.meter,
        recipes(),
        seats=extent.seats,
        settle_s=extent.settle_s,
        window_s=extent.window_s,
    )


def poisson(bench: Bench, model: Published, load: float) -> Poisson:
    """Who comes when is drawn once, and both ways serve the same people in real time."""
    ours, extent = bench.ours(model), bench.extent
    # In a crowd most steps are of one tile by itself or of as many as ever share one. Widths
    # between are recorded as they come.
    bench.make_ready(ours.family, TILE, ours.widest)
    alone = _alone(bench, ours)
    asked = arrivals(ours.family.card, extent, alone, load)
    first, first_ips = _served(ours, asked, at_once=1)
    waits, ips = _served(ours, asked, at_once=extent.seats)
    return Poisson(
        load=load,
        jobs=len(asked),
        alone_s=mean(alone.seconds(recipe) for _, recipe in asked),
        p50_s=percentile(waits, 50),
        p95_s=percentile(waits, 95),
        first_p50_s=percentile(first, 50),
        first_p95_s=percentile(first, 95),
        ips=ips,
        first_ips=first_ips,
    )


def _alone(bench: Bench, ours: Ours) -> Alone:
    """Files are written elsewhere."""
    many, few = bench.extent.steps(round(mean(STEPS))), bench.extent.steps(round(mean(FEW_STEPS)))
    for _ in range(2):
        ours.paint(recipe_for(ours.family.card, 2, guidance=1.0))
    slow = mean(ours.timed(recipe_for(ours.family.card, many))[0] for _ in range(3))
    quick = mean(ours.timed(recipe_for(ours.family.card, few, guidance=1.0))[0] for _ in range(3))
    return Alone(guided=slow / many, plain=quick / few)


def arrivals(
    card: ModelCard, extent: Extent, alone: Alone, load: float
) -> Sequence[tuple[float, Recipe]]:
    """By chance, but one after the other all of them take just that share of the time.

    Of some hundred people the chance itself is ten percent, which is all that is between a busy
    painter and one whose line grows for ever.
    """
    lottery = Random(7)
    drawn: list[tuple[float, Recipe]] = []
    at = busy = 0.0
    while busy < load * extent.served_s or len(drawn) < FEWEST:
        if lottery.random() < FEW_SHARE:
            recipe = recipe_for(card, extent.steps(lottery.choice(FEW_STEPS)), guidance=1.0)
        else:
            recipe = recipe_for(card, extent.steps(lottery.choice(STEPS)))
        at += lottery.expovariate(1.0)
        busy += alone.seconds(recipe)
        drawn.append((at, recipe))
    longer = busy / (load * at)
    return [(at * longer, recipe) for at, recipe in drawn]


def _served(
    ours: Ours, asked: Sequence[tuple[float, Recipe]], *, at_once: int
) -> tuple[Sequence[float], float]:
    served = serve(ours.company, asked, at_once=at_once)
    waits = [each.ended - at for each, (at, _) in zip(served, asked, strict=True)]
    return waits, len(asked) / (max(each.ended for each in served) - asked[0][0])
