"""Picture: one picture end to end, from the words to what is seen, stock and ours in turns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median

from benchmarks.bench import Bench
from benchmarks.counterpart import Counterpart
from benchmarks.flop import flop_of
from benchmarks.ours import recipe_for
from benchmarks.peak_memory import PeakMemory
from benchmarks.published import Published
from benchmarks.switching import made
from engine.card import ModelCard
from engine.gpu.bench.likeness import likeness
from engine.job import Recipe

STOCK, MENDED, COMPILED, OURS = "stock", "mended", "compiled", "ours"
SETTLING = 2
"""Pictures until compilers and memory pools have settled."""
FEW = 4
Times = tuple[float, float]
"""Seconds to the picture, and to its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Medians, to the picture and to its file, which Easel writes elsewhere while it paints on.

    `its` are steps a second with everything around them; `share` of the peak.
    """

    ms: float
    file_ms: float
    its: float
    share: float | None
    times_ms: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How far our pictures are from stock's, in levels of 255 and in parts of the range."""

    furthest: int
    mean: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """By steps: the ways, and how many times as fast as each other way ours is.

    `stock` is as it comes; `mended` is that with an autoencoder that float16 suffices for, where
    it comes with one that is decoded in float32; `compiled` has both. `failed` are those that
    ended with an error.
    """

    side: int
    precision: str
    ways: Mapping[str, Mapping[str, Way]]
    over: Mapping[str, Mapping[str, float]]
    memory: Mapping[str, PeakMemory | None]
    likeness: Mapping[str, Likeness]
    failed: Mapping[str, str]
    made: Mapping[str, str] = field(default_factory=dict)
    """What was made ready of our forwards, by their shapes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One way to paint, whoever does it."""

    timed: Callable[[Recipe], Times]
    memory: Callable[[Recipe], PeakMemory | None]
    png: Callable[[Recipe], bytes]


def picture(bench: Bench, model: Published) -> Pictures:
    """Stock without a compiler and with one, each in a program of its own, beside ours."""
    ways: dict[str, dict[str, Way]] = {}
    over: dict[str, dict[str, float]] = {}
    with _sides(bench, model) as sides:
        family = bench.ours(model).family
        failed = settle(sides, family.card)
        for published in model.steps:
            steps = bench.extent.steps(published)
            times = _rounds(bench.extent.rounds, family.card, steps, sides)
            ways[str(steps)] = {name: _way(bench, model, steps, times[name]) for name in times}
            over[str(steps)] = {
                name: median(
                    other / own for (other, _), (own, _) in zip(each, times[OURS], strict=True)
                )
                for name, each in times.items()
                if name != OURS
            }
        return Pictures(
            side=family.card.width,
            precision=str(bench.precision(model)).removeprefix("torch."),
            ways=ways,
            over=over,
            memory={
                name: side.memory(recipe_for(family.card, FEW)) for name, side in sides.items()
            },
            likeness=_alike(sides, recipe_for(family.card, bench.extent.steps(model.steps[0]))),
            failed=failed,
            made=made(family),
        )


@contextmanager
def _sides(bench: Bench, model: Published) -> Iterator[dict[str, Side]]:
    """Ours first, for it measures what it chooses by; then all get ready beside each other."""
    ours = bench.ours(model)
    with Counterpart(bench, model) as stock, Counterpart(bench, model, compiled=True) as compiled:
        sides = {STOCK: _stock(stock, upcasts=True)}
        if model.upcasts:
            sides[MENDED] = _stock(stock, upcasts=False)
        # Nobody who compiles it leaves the decoder in float32.
        sides[COMPILED] = _stock(compiled, upcasts=False)
        sides[OURS] = Side(
            timed=ours.timed,
            memory=partial(bench.memory, model),
            png=lambda recipe: ours.paint(recipe)[0],
        )
        bench.make_ready(ours.family, 2)
        yield sides


def _stock(program: Counterpart, *, upcasts: bool) -> Side:
    return Side(
        timed=partial(program.timed, upcasts=upcasts),
        memory=partial(program.memory, upcasts=upcasts),
        png=partial(program.png, upcasts=upcasts),
    )


def settle(sides: dict[str, Side], card: ModelCard) -> Mapping[str, str]:
    """Have each ready for what is measured; those of stock that cannot be are left out."""
    failed = {}
    for name, side in [*sides.items()]:
        try:
            for _ in range(SETTLING):
                side.timed(recipe_for(card, 2))
        except RuntimeError as error:
            if name == OURS:
                raise
            failed[name] = str(error)
            del sides[name]
    return failed


def _rounds(
    rounds: int, card: ModelCard, steps: int, sides: Mapping[str, Side]
) -> Mapping[str, Sequence[Times]]:
    """Each way once a round, so that whatever slows a round slows all of them."""
    times: dict[str, list[Times]] = {name: [] for name in sides}
    for number in range(rounds):
        # Nobody always comes after the same other.
        for name in [*sides][:: -1 if number % 2 else 1]:
            times[name].append(sides[name].timed(recipe_for(card, steps)))
    return times


def _way(bench: Bench, model: Published, steps: int, times: Sequence[Times]) -> Way:
    seconds = median(picture for picture, _ in times)
    return Way(
        ms=seconds * 1000,
        file_ms=median(file for _, file in times) * 1000,
        its=steps / seconds,
        share=None if bench.narrow else flop_of(model, steps) / seconds / bench.peak,
        times_ms=[picture * 1000 for picture, _ in times],
    )


def _alike(sides: Mapping[str, Side], recipe: Recipe) -> Mapping[str, Likeness]:
    own = sides[OURS].png(recipe)
    found = {
        name: likeness([own], [side.png(recipe)]) for name, side in sides.items() if name != OURS
    }
    return {name: Likeness(furthest=each.furthest, mean=each.mean) for name, each in found.items()}
