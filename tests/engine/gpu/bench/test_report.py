"""The report says what the rounds say, also where it is not what one hopes for."""

from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from engine.gpu.bench.measured import Run
from engine.gpu.bench.report import report
from engine.gpu.bench.round import Round
from tests.engine.gpu.together import recipe

OVERHEAD = {1: [0.001, 0.002, 0.003], 8: [0.004, 0.005, 0.006]}


def png(grey: int = 100, spot: int | None = None) -> bytes:
    picture = Image.new("RGB", (8, 8), (grey,) * 3)
    if spot is not None:
        picture.putpixel((3, 3), (spot, grey, grey))
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def run(seconds: float, picture: bytes) -> Run:
    return Run(seconds=seconds, waits=(seconds / 2, seconds), pictures=(picture, png()))


def round_of(**changes: Any) -> Round:
    usual: dict[str, Any] = {
        "recipes": [recipe(seed=1), recipe(seed=2, steps=9)],
        "stock": run(2.0, png()),
        "solo": run(1.0, png()),
        "batched": run(0.5, png()),
        "fifo": [1.0, 2.0, 4.0],
        "short": [0.5, 0.5, 1.0],
    }
    return Round(**{**usual, **changes})


def test_speeds_and_ratios_are_medians_over_the_rounds() -> None:
    slow = round_of(
        stock=run(20.0, png()), solo=run(20.0, png()), batched=run(4.0, png()), fifo=[8.0]
    )

    told = report([round_of(), slow, round_of()], OVERHEAD, None, None)

    assert (told["stock_ips"], told["solo_ips"], told["batched_ips"]) == (1.0, 2.0, 4.0)
    assert (told["solo_over_stock"], told["batched_over_stock"]) == (2.0, 4.0)
    assert told["short_p95_over_fifo"] == 0.25
    assert told["turn_overhead_ms"] == 5.0


def test_one_value_that_differs_from_stock_makes_the_outputs_unequal() -> None:
    other = round_of(solo=run(1.0, png(spot=101)))

    told = report([round_of(), other], OVERHEAD, None, None)

    assert told["outputs_equal"] is False
    assert told["outputs"]["solo"]["equal"] == 3
    assert told["outputs"]["batched"]["equal"] == 4


@pytest.mark.parametrize(("grey", "equal"), [(100, True), (102, False)])
def test_in_company_the_pictures_must_be_close(grey: int, equal: bool) -> None:
    told = report([round_of(batched=run(0.5, png(grey)))], OVERHEAD, None, None)

    assert told["outputs_equal"] is equal


def test_waits_are_those_of_all_rounds() -> None:
    told = report([round_of(), round_of(short=[9.0])], OVERHEAD, None, None)

    assert told["latency"]["stock"] == {"p50_s": 1.0, "p95_s": 2.0}
    assert told["short_job"]["short"] == {"p50_s": 0.5, "p95_s": 9.0}


def test_the_jobs_are_told() -> None:
    told = report([round_of()], OVERHEAD, None, None)

    assert [job["steps"] for job in told["mix"]] == [5, 9]
    assert told["mix"][0]["size"] == "64x64"


def test_what_was_not_measured_is_not_told() -> None:
    told = report([round_of()], OVERHEAD, None, None)

    assert told["stock_every_core_over_stock"] is None
    assert "grid" not in told


def test_every_core_is_compared_with_the_same_jobs() -> None:
    # The first job waited a second for stock diffusers with as many cores as we have.
    one = Run(seconds=0.25, waits=(0.25,), pictures=(png(),))

    told = report([round_of(), round_of(stock=run(9.0, png()))], OVERHEAD, one, None)

    assert told["stock_every_core_over_stock"] == 4.0


def test_no_rounds_are_no_report() -> None:
    with pytest.raises(ValueError, match="no pictures"):
        report([], OVERHEAD, None, None)
    with pytest.raises(ValueError, match="measured"):
        report([round_of(short=[])], OVERHEAD, None, None)
