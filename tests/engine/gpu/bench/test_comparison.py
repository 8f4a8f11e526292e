"""The comparison with a tiny model: what it answers, in which order, and that it is true."""

import json
from math import isfinite
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import torch

from engine.errors import BadModel, Misconfigured
from engine.gpu.bench.comparison import EVERY_CORE, GRID, TURNS, compare
from engine.gpu.bench.round import BATCHED, FIFO, SHORT, SOLO, STOCK
from engine.gpu.device import prepare
from tests.engine.gpu.bench.conftest import CROWD, ROUNDS, Compared

PROMISED = {
    *("stock_ips", "solo_ips", "batched_ips", "solo_over_stock", "batched_over_stock"),
    *("short_p95_over_fifo", "turn_overhead_ms", "outputs_equal"),
}


def numbers(part: Any) -> list[float]:
    """Every number in it, however deep."""
    match part:
        case bool() | str() | None:
            return []
        case int() | float():
            return [float(part)]
        case dict():
            return [number for value in part.values() for number in numbers(value)]
        case _:
            return [number for value in part for number in numbers(value)]


def test_every_promised_number_was_measured(compared: Compared) -> None:
    promised = {name: compared.engine[name] for name in PROMISED}

    assert promised.pop("outputs_equal") is True
    assert all(isinstance(number, float) and number > 0 for number in promised.values())
    assert all(map(isfinite, numbers(compared.engine)))


def test_it_can_be_written_down_and_read_again(compared: Compared) -> None:
    assert json.loads(json.dumps(compared.engine)) == compared.engine


def test_the_ways_take_turns_in_every_round(compared: Compared) -> None:
    ways = [STOCK, SOLO, BATCHED, FIFO, SHORT]

    assert compared.told == [
        *((number + 1, way) for number in range(ROUNDS) for way in ways),
        *((ROUNDS, way) for way in (EVERY_CORE, GRID, TURNS)),
    ]


def test_ratios_are_those_of_the_same_round(compared: Compared) -> None:
    each = compared.engine["each_round"]

    assert len(each) == ROUNDS
    for ratio, top, bottom in (
        ("solo_over_stock", "solo_ips", "stock_ips"),
        ("batched_over_stock", "batched_ips", "stock_ips"),
        ("short_p95_over_fifo", "short_p95_s", "fifo_p95_s"),
    ):
        assert compared.engine[ratio] == median(one[top] / one[bottom] for one in each)


def test_both_sides_have_as_many_cores(compared: Compared) -> None:
    before = torch.get_num_threads()
    prepare(torch.device("cpu"))
    engines = torch.get_num_threads()
    torch.set_num_threads(before)

    assert compared.engine["torch_threads"] == engines


def test_one_by_one_the_pictures_are_those_of_stock_diffusers(compared: Compared) -> None:
    outputs = compared.engine["outputs"]

    assert outputs["solo"] == {
        "pictures": ROUNDS * CROWD.jobs,
        "equal": ROUNDS * CROWD.jobs,
        "furthest": 0,
        "mean": 0.0,
    }
    assert outputs["batched"]["furthest"] <= 1


def test_the_grid_has_every_size_with_every_number_of_steps(compared: Compared) -> None:
    cells = compared.engine["grid"]

    assert len({(cell["size"], cell["steps"]) for cell in cells}) == len(cells) == 4
    for cell in cells:
        assert 0 < cell["min_s"] <= cell["mean_s"] <= cell["max_s"]


async def test_a_model_or_a_device_that_is_not_there_is_a_sentence(models_dir: Path) -> None:
    with pytest.raises(BadModel, match="Did you mean tiny"):
        await _compare("tinny", models_dir, "cpu")
    with pytest.raises(Misconfigured, match="cuda:99"):
        await _compare("tiny", models_dir, "cuda:99")


async def _compare(name: str, models_dir: Path, device: str) -> None:
    await compare(
        name,
        models_dir=models_dir,
        device=device,
        rounds=1,
        with_grid=False,
        tell=lambda number, way: None,
        crowd=CROWD,
    )
