"""Ladder: less and less memory, until every rung was taken, with pictures on every one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from benchmarks.apart import asked_apart
from benchmarks.bench import Bench
from benchmarks.cap import Cap, CudaCap, PretendedCap
from benchmarks.ours import recipe_for
from benchmarks.published import Published
from benchmarks.real_size import card_of
from benchmarks.switching import Switches
from engine.card import ModelCard
from engine.errors import EaselError
from engine.gpu.company import Company
from engine.gpu.easing import movable
from engine.gpu.family import Family
from engine.gpu.painter import MOST_ROWS
from engine.gpu.seat import Painted, Seat
from engine.gpu.warm import Servable, Warm
from engine.ladder import LADDER, OFFLOADS, Rung
from engine.meter import Measured, Meter, Relieved
from engine.turns import Turns

STEPS = 2
LESS = 0.85
"""Of the memory that there was before."""
LOADED = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Climb:
    """`rungs` are the bytes that there were when each was taken first.

    `finished` of `asked` pictures came out until all were taken; `missing` rungs never were.
    """

    asked: int
    finished: int
    rungs: Mapping[str, int]
    missing: Sequence[str]
    errors: Sequence[str]


def ladder(bench: Bench, model: Published) -> Climb:
    """In a program of its own, for a limit holds for all of one. Without switches."""
    return Climb(**asked_apart("ladder", model, bench)[0])


def ladder_switched(bench: Bench, model: Published) -> Climb:
    """With those of every day."""
    return Climb(**asked_apart("ladder-switched", model, bench)[0])


def climb(bench: Bench, model: Published) -> Mapping[str, Any]:
    """What the other program does."""
    return Climber(bench, model, frozenset()).climb()


def climb_switched(bench: Bench, model: Published) -> Mapping[str, Any]:
    """As well, with switches."""
    return Climber(bench, model, bench.usual).climb()


class Climber:
    """A company with two models, one of them idle, so that it can be put away."""

    def __init__(self, bench: Bench, model: Published, switches: Switches) -> None:
        self._bench, self._model, self._switches = bench, model, switches
        self._pretended = PretendedCap()
        device = bench.device
        self._cap: Cap = CudaCap(device) if device.type == "cuda" else self._pretended
        card = card_of(model, narrow=bench.narrow)
        if bench.narrow:
            # Or it would be smaller than the smallest tile.
            card = replace(card, width=2 * card.width, height=2 * card.height)
        self._cards = [card, replace(card, name="idle")]
        self._heard: list[Measured] = []
        meter = Meter()
        meter.add(self._heard.append)
        warm = Warm(
            (
                # Made anew after it was put away, or its weights would never leave the card.
                Servable(card=each, size=LOADED, load=partial(self._load, each))
                for each in self._cards
            ),
            possible=movable(device),
        )
        self._company = Company(warm, device, Turns(most_rows=MOST_ROWS[device.type]), meter=meter)

    def climb(self) -> Mapping[str, Any]:
        """Down to where every rung was taken, or nothing helps any more."""
        card, idle = self._cards
        self._paint(idle)
        outcomes = self._paint(card)
        most = self._cap.needed()
        expected = (set(LADDER) - OFFLOADS["layers"]) | movable(self._bench.device)
        taken: dict[Rung, int] = {}
        errors: list[str] = []
        for _ in range(self._bench.extent.caps):
            most = int(most * LESS)
            self._cap.set(most)
            outcomes += self._paint(card)
            for each in self._heard:
                if isinstance(each, Relieved) and each.rung is not None:
                    taken.setdefault(each.rung, most)
            errors = [str(each) for each in outcomes if isinstance(each, EaselError)]
            if errors or taken.keys() >= expected:
                break
        return {
            "asked": len(outcomes),
            "finished": len(outcomes) - len(errors),
            "rungs": {rung.name: taken[rung] for rung in LADDER if rung in taken},
            "missing": [rung.name for rung in LADDER if rung in expected - taken.keys()],
            "errors": errors,
        }

    def _load(self, card: ModelCard, rungs: Collection[Rung]) -> Family:
        family = self._bench.family(self._model, self._switches)
        family.card = card
        family.relief.begin(rungs)
        if self._cap is self._pretended:
            self._pretended.watch(family)
        return family

    def _paint(self, card: ModelCard) -> list[Painted | EaselError]:
        """A few together."""
        ended: list[Painted | EaselError] = []
        for _ in range(self._bench.extent.tiles):
            self._company.welcome(
                Seat(
                    recipe=recipe_for(card, STEPS),
                    sources={},
                    tell=lambda step, preview: None,
                    end=ended.append,
                )
            )
        while self._company.busy:
            self._company.turn()
        return ended
