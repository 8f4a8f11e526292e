"""Curves are measured by the company's own steps, and bound them from then on."""

import json
import logging
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.card import ModelCard
from engine.curve import Curve
from engine.gpu.budget import Budget, need_of
from engine.gpu.clock import Done
from engine.gpu.company import Company
from engine.gpu.curves import Curves
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.knee import ROWS, STEPS, find_knees
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Servable, Warm
from engine.ladder import Rung
from engine.meter import Meter
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.test_budget import Card
from tests.engine.gpu.together import CARD, CPU, Sitting, before_forward, finish, recipe

SIDE = 64
# Rows are free up to four, as where a card has nothing to do with fewer, then each costs the same.
BEND_AT_4 = {1: 0.04, 2: 0.04, 4: 0.04, 8: 0.08, 12: 0.12, 16: 0.16}
ALWAYS_GAINS = {1: 0.01, 2: 0.015, 4: 0.02, 8: 0.03, 12: 0.04, 16: 0.045}
BESIDES = 10.0


@pytest.fixture(scope="module")
def family(pipe: Any) -> Family:
    """A small one, for it is painted with often."""
    with torch.inference_mode():
        return StableDiffusion(pipe, replace(CARD, width=SIDE, height=SIDE))


class TableClock:
    """Steps take as long as a table says of their rows, or a second; anything else takes ten.

    As with a card, it is told up to two pieces of work later.
    """

    def __init__(self, seconds: Mapping[int, float] = BEND_AT_4) -> None:
        self._seconds = seconds
        self._rows = 0
        self._told: deque[tuple[float, Done]] = deque()

    def forward(self, latents: torch.Tensor) -> None:
        self._rows = len(latents)

    def start(self) -> None:
        self._rows = 0

    def stop(self, done: Done) -> None:
        self._told.append((self._seconds.get(self._rows, 1.0) if self._rows else BESIDES, done))
        while len(self._told) > 2:
            self._tell()

    def drain(self) -> None:
        while self._told:
            self._tell()

    def _tell(self) -> None:
        seconds, done = self._told.popleft()
        done(seconds)


class UnsteadyClock(TableClock):
    """The first step of another width takes long, every fourth, and all besides the first time."""

    def __init__(self, seconds: Mapping[int, float]) -> None:
        super().__init__(seconds)
        self._before = self._times = 0
        self._firsts = 2

    def forward(self, latents: torch.Tensor) -> None:
        super().forward(latents)
        self._times = 1 if self._rows != self._before else self._times + 1
        self._before = self._rows

    def stop(self, done: Done) -> None:
        slow = 0.5 if self._rows and (self._times == 1 or self._times % 4 == 0) else 0.0
        if not self._rows and self._firsts:
            self._firsts, slow = self._firsts - 1, 100.0
        super().stop(lambda seconds: done(seconds + slow))


class House:
    """A company that was not measured yet."""

    def __init__(
        self,
        family: Family,
        seconds: Mapping[int, float] = BEND_AT_4,
        *,
        clock: type[TableClock] = TableClock,
        rungs: Collection[Rung] = (),
    ) -> None:
        self.family, self.clock, self.meter = family, clock(seconds), Meter()
        served = Servable(card=family.card, size=family.size, load=lambda _: family)
        self.warm, self.budget = Warm([served], rungs=rungs), Budget()
        self.company = Company(
            self.warm,
            CPU,
            Turns(most_rows=ROWS[-1]),
            budget=self.budget,
            clock=self.clock,
            meter=self.meter,
        )
        self.widths: list[int] = []

    def measure(self, kept: Curves | None = None) -> Mapping[str, Curve]:
        with before_forward(self.family, self._note):
            return find_knees(
                self.company, self.warm, self.budget, self.meter, kept or Curves(Kept(None))
            )

    def curve(self) -> Curve:
        return self.measure()[self.family.card.name]

    def _note(self, latents: torch.Tensor) -> None:
        self.widths.append(len(latents))
        self.clock.forward(latents)


def test_a_curve_is_what_the_clock_says_of_steps_so_wide(family: Family) -> None:
    curve = House(family, ALWAYS_GAINS).curve()

    assert (curve.width, curve.height) == (SIDE, SIDE)
    assert dict(curve.steps) == ALWAYS_GAINS
    assert curve.knee == 16


def test_first_steps_and_single_slow_ones_do_not_count(family: Family) -> None:
    curve = House(family, ALWAYS_GAINS, clock=UnsteadyClock).curve()

    assert {rows: round(seconds, 6) for rows, seconds in curve.steps} == {
        rows: ALWAYS_GAINS[rows] for rows in (1, 2, 4)
    }
    assert curve.alone.rest == pytest.approx(2 * BESIDES)


def test_where_a_row_costs_no_less_nothing_wider_is_painted(family: Family) -> None:
    house = House(family)

    curve = house.curve()

    assert dict(curve.steps) == {rows: BEND_AT_4[rows] for rows in (1, 2, 4, 8)}
    assert curve.knee == 4
    assert max(house.widths) == 8


def test_a_model_that_takes_long_is_not_measured_for_long(family: Family) -> None:
    slow = {rows: 100 * seconds for rows, seconds in ALWAYS_GAINS.items()}
    house = House(family, slow)

    curve = house.curve()

    assert curve.knee == 4
    assert house.widths.count(4) == STEPS
    assert max(house.widths) == 4


def test_running_out_of_memory_ends_a_curve(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)

    def narrow(latents: torch.Tensor) -> None:
        if len(latents) > 8:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, narrow):
        curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4, 8]


def test_room_that_is_there_only_at_first_is_none(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)

    def full_at_the_last(latents: torch.Tensor) -> None:
        if len(latents) == 8 and house.widths.count(8) == STEPS - 1:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, full_at_the_last):
        curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4]


def test_what_memory_is_known_to_have_no_room_for_is_not_tried(family: Family) -> None:
    house = House(family, ALWAYS_GAINS)
    pixel = SIDE * SIDE
    house.budget.gauge = Card(7 * pixel)
    house.budget.needs[CARD.name] = need_of({1: 1, 2: 2})

    curve = house.curve()

    assert [rows for rows, _ in curve.steps] == [1, 2, 4]
    assert max(house.widths) == 6


def test_a_model_that_cannot_paint_has_no_curve_and_says_so(
    family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(family)

    def fail(latents: torch.Tensor) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    with before_forward(family, fail):
        curves = house.measure()

    assert curves == {}
    assert "how wide steps of tiny should be" in caplog.text
    assert not house.company.busy


def test_a_model_whose_pictures_come_to_nothing_has_no_curve(family: Family) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("a bug")

    handle = family.pipe.vae.decoder.register_forward_pre_hook(fail)
    try:
        assert House(family).measure() == {}
    finally:
        handle.remove()


def test_nothing_is_left_behind(family: Family) -> None:
    house = House(family)

    house.measure()

    assert not house.company.busy
    assert not house.meter.heard


def test_from_then_on_forwards_are_as_wide_as_the_knee_says(family: Family) -> None:
    house = House(family)
    house.measure()
    house.widths.clear()
    usual = recipe(width=SIDE, height=SIDE, steps=2)
    larger = recipe(width=2 * SIDE, height=SIDE, steps=2)

    for asked, rows in ((usual, 4), (larger, 2)):
        sittings = [Sitting(replace(asked, seed=seed)) for seed in range(6)]
        with before_forward(family, house._note):
            finish(house.company, *sittings)

        assert max(house.widths) == rows
        assert all(sitting.painted for sitting in sittings)
        house.widths.clear()


def test_a_price_is_what_a_picture_takes_by_itself(family: Family) -> None:
    """Two rows a step; text and noise before it, decoding after it."""
    curve = House(family).curve()

    assert curve.alone.row_step == BEND_AT_4[2] / 2
    assert curve.alone.rest == pytest.approx(2 * BESIDES)


@pytest.mark.parametrize(
    ("make", "kind", "widths"),
    [(tiny.sdxl, StableDiffusionXL, [1, 2, 4, 8]), (tiny.flux, Flux, [1, 2, 4, 8])],
)
def test_models_of_other_families_are_measured_too(
    make: Callable[[], Any], kind: type[Family], widths: list[int]
) -> None:
    card = card_of(kind)
    with torch.inference_mode():
        house = House(kind(make(), card))

    curve = house.curve()

    assert [rows for rows, _ in curve.steps] == widths
    assert curve.knee == 4


def test_a_price_counts_two_rows_where_guidance_takes_only_one() -> None:
    with torch.inference_mode():
        house = House(Flux(tiny.flux(), card_of(Flux)))

    assert house.curve().alone.row_step == BEND_AT_4[1] / 2


@pytest.mark.parametrize(
    ("changes", "row_step"), [({"guidance": 1.0}, BEND_AT_4[1]), ({"sampler": "Heun"}, 0.02)]
)
def test_a_price_is_of_the_rows_and_steps_that_the_model_likes_best(
    family: Family, changes: Mapping[str, Any], row_step: float
) -> None:
    """Without guidance a step has one row, and some samplers ask twice a step."""
    with torch.inference_mode():
        house = House(StableDiffusion(family.pipe, replace(family.card, **changes)))

    assert house.curve().alone.row_step == pytest.approx(row_step)


def card_of(kind: type[Family]) -> ModelCard:
    return replace(CARD, name=kind.__name__, width=SIDE, height=SIDE, guidance=3.5)


def test_what_an_earlier_start_measured_is_not_measured_again(
    family: Family, tmp_path: Path
) -> None:
    first = House(family).measure(Curves(Kept(tmp_path)))
    second = House(family, ALWAYS_GAINS)

    assert second.measure(Curves(Kept(tmp_path))) == first
    assert second.widths == []
    assert second.budget.curves == first


@pytest.mark.parametrize(
    "changes", [{"hand": "another card"}, {"digest": "other weights"}, {"width": 2 * SIDE}]
)
def test_another_card_model_or_size_is_measured_anew(
    family: Family, tmp_path: Path, changes: Mapping[str, Any]
) -> None:
    House(family).measure(Curves(Kept(tmp_path)))
    with torch.inference_mode():
        other = House(StableDiffusion(family.pipe, replace(family.card, **changes)))

    other.measure(Curves(Kept(tmp_path)))

    assert other.widths
    assert len([*tmp_path.iterdir()]) == 2


def test_what_is_brought_from_main_memory_is_measured_anew(family: Family, tmp_path: Path) -> None:
    House(family).measure(Curves(Kept(tmp_path)))
    offloaded = House(family, rungs={Rung.GROUP})

    offloaded.measure(Curves(Kept(tmp_path)))

    assert offloaded.widths


def test_another_torch_measures_anew(family: Family, tmp_path: Path) -> None:
    House(family).measure(Curves(Kept(tmp_path)))

    [file] = tmp_path.iterdir()

    assert f"torch {torch.__version__}" in json.loads(file.read_text())["of"]


def test_the_log_says_how_wide_and_how_quick(
    family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "engine.gpu.knee"):
        House(family).measure()

    assert caplog.messages == ["tiny at 64x64: 4 rows, 10.0 ms a row"]


async def test_a_painter_that_keeps_curves_measures_before_it_is_ready(
    family: Family, tmp_path: Path
) -> None:
    def load() -> Warm:
        return Warm.of({CARD.name: family})

    async def curves(kept: Curves | None) -> Mapping[str, Curve]:
        painter = EngineThread(load, device=CPU, seats=4, most_rows=2, kept=kept)
        try:
            await painter.start()
            return painter.curves
        finally:
            await painter.close()

    first = await curves(Curves(Kept(tmp_path)))

    assert list(first) == [CARD.name]
    assert 4 in dict(first[CARD.name].steps)
    assert await curves(Curves(Kept(tmp_path))) == first
    assert await curves(None) == {}
