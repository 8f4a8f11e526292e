"""What a simulated card takes."""

from itertools import pairwise

import pytest

from engine.gpu.painter import MOST_ROWS as ENGINE_ROWS
from engine.gpu.painter import SEATS as ENGINE_SEATS
from engine.simulation.arrivals import KINDS
from engine.simulation.painter import MOST_ROWS, SEATS
from engine.simulation.timetable import CARDS, H100, SD15, SDXL, Pace
from tests.engine.simulation.cases import REST, SECONDS, SMALL, UNGUIDED, asks


@pytest.mark.parametrize(
    ("rows", "seconds"), [(1, 0.01), (2, 0.01), (3, 0.015), (4, 0.02), (8, 0.04), (6, 0.03)]
)
def test_a_step_takes_what_lies_between_the_widths_that_were_timed(
    rows: int, seconds: float
) -> None:
    pace = Pace(steps={2: 10.0, 4: 20.0})

    assert pace.step_s(rows) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("model", "side", "rows", "milliseconds"),
    [(SD15, 512, 2, 5.66), (SD15, 768, 8, 45.4), (SDXL, 1024, 12, (96.4 + 179.0) / 2)],
)
def test_the_card_has_the_times_of_its_table(
    model: object, side: int, rows: int, milliseconds: float
) -> None:
    name = SD15.name if model is SD15 else SDXL.name

    assert H100.paces[name, side, side].step_s(rows) * 1000 == pytest.approx(milliseconds)


def test_more_rows_take_longer_and_each_of_them_less() -> None:
    for pace in H100.paces.values():
        times = [(rows, pace.step_s(rows)) for rows in range(1, 33)]
        for (less, short), (more, long) in pairwise(times):
            assert long > short
            assert long / more <= short / less * 1.0001


def test_a_picture_alone_takes_its_words_its_steps_and_its_end() -> None:
    [guided] = asks((0.0, 3), kind=SMALL)
    [unguided] = asks((0.0, 3), kind=UNGUIDED)

    assert SECONDS.alone_s(guided.recipe) == pytest.approx(3 + REST)
    assert H100.alone_s(unguided.recipe) < H100.alone_s(guided.recipe)


def test_everything_that_people_ask_for_was_timed() -> None:
    assert {(kind.model, kind.side, kind.side) for kind in KINDS} <= H100.paces.keys()
    assert {model for model, _, _ in H100.paces} == CARDS.keys()


def test_a_simulated_card_is_shared_out_as_a_real_one() -> None:
    assert (ENGINE_ROWS["cuda"], ENGINE_SEATS["cuda"]) == (MOST_ROWS, SEATS)


def test_a_pace_without_a_time_is_refused() -> None:
    with pytest.raises(ValueError, match="a step of one row"):
        Pace(steps={})
