"""Curves are measured once, kept, and bound forwards from then on."""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.curve import Curve
from engine.gpu.curves import Curves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Warm
from engine.ladder import Rung
from tests.engine.gpu.house import ALWAYS_GAINS, SIDE, House, small
from tests.engine.gpu.together import CARD, CPU, Sitting, before_forward, finish, recipe


@pytest.fixture(scope="module")
def family(pipe: Any) -> Family:
    return small(pipe)


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


def test_from_then_on_forwards_are_as_wide_as_the_knee_says(family: Family) -> None:
    house = House(family)
    house.measure()
    house.widths.clear()
    usual = recipe(width=SIDE, height=SIDE, steps=2)
    larger = recipe(width=2 * SIDE, height=SIDE, steps=2)

    for asked, rows in ((usual, 4), (larger, 2)):
        sittings = [Sitting(replace(asked, seed=seed)) for seed in range(6)]
        with before_forward(family, house.note):
            finish(house.company, *sittings)

        assert max(house.widths) == rows
        assert all(sitting.painted for sitting in sittings)
        house.widths.clear()


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

    async def curves(kept: Curves | None) -> Mapping[str, tuple[Curve, ...]]:
        painter = EngineThread(load, device=CPU, seats=4, most_rows=2, kept=kept)
        try:
            await painter.start()
            return painter.curves
        finally:
            await painter.close()

    first = await curves(Curves(Kept(tmp_path)))

    assert list(first) == [CARD.name]
    assert 4 in dict(first[CARD.name][0].steps)
    assert await curves(Curves(Kept(tmp_path))) == first
    assert await curves(None) == {}
