"""A curve is measured again once programs take its steps, while nobody waits."""

from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.families.sd import StableDiffusion
from engine.gpu.renewal import LATER_S
from engine.gpu.rows import Rows
from engine.gpu.switches.tracks import Tracks
from engine.gpu.trial import STEPS
from engine.job import Recipe
from tests.engine.gpu.house import SIDE
from tests.engine.gpu.renewing import QUICK, SLOW, Place
from tests.engine.gpu.switches.recording import FakeRecorder
from tests.engine.gpu.together import CARD, CPU, before_forward, recipe


def test_rows_are_compiled_one_after_the_other_and_then_measured_together(tmp_path: Path) -> None:
    place = Place(tmp_path)
    before = place.curve
    asked: list[int] = []
    while (patience := place.go_on()) is not None:
        asked.append(len(place.background.asked))
        if patience:
            place.background.work()

    assert before.compiled == ()
    assert max(asked) == 1
    assert place.curve.compiled == (2, 4, 8)
    assert dict(place.curve.steps)[8] == QUICK[8]
    assert place.curve.alone.row_step == QUICK[2] / 2
    assert (before.knee, place.curve.knee) == (2, 4)


def test_forwards_are_as_wide_as_the_new_curve_says() -> None:
    place = Place()
    before = place.house.budget.rows(CARD.name, SIDE * SIDE)

    place.until_nothing_is_left()

    assert before == 2
    assert place.house.budget.rows(CARD.name, SIDE * SIDE) == 4
    assert place.learned[-1] == place.house.budget.curves


def test_the_next_start_knows_it_and_measures_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.until_nothing_is_left()

    second = Place(tmp_path)
    second.house.widths.clear()
    second.until_nothing_is_left()

    assert second.curve == place.curve
    assert second.learned == []


def test_a_start_that_finds_an_old_curve_and_all_programs_measures_again(tmp_path: Path) -> None:
    Place(tmp_path)

    second = Place(tmp_path)
    second.until_nothing_is_left()

    assert second.learned
    assert second.curve.knee == 4


def test_nothing_is_measured_beside_a_compiler() -> None:
    place = Place()
    place.until_all_is_compiled()
    place.background.ask(lambda: None)
    place.house.widths.clear()

    patience = place.go_on()

    assert patience == LATER_S
    assert place.house.widths == []


def test_what_was_measured_while_a_compiler_began_does_not_count() -> None:
    place = Place()
    place.until_all_is_compiled()

    def begin(_: torch.Tensor) -> None:
        if not place.background.asked:
            place.background.ask(lambda: None)

    with before_forward(place.family, begin):
        place.go_on()
    spoilt = [*place.learned]
    place.until_nothing_is_left()

    assert spoilt == []
    assert place.curve.compiled


def test_it_gives_way_after_a_step_and_goes_on_with_the_rows_that_it_was_at() -> None:
    place = Place()
    place.until_all_is_compiled()
    before = place.house.budget.curves[CARD.name]
    begun: list[list[int]] = []
    programs, paints = 2, STEPS + 1  # how often it looks whether somebody came
    for looks in (programs + 2, programs + paints + 2, programs + paints + 1):
        place.house.widths.clear()
        place.steps_until_wanted = looks
        place.go_on()

        begun.append([*place.house.widths])
        assert not place.house.company.busy
        assert place.house.budget.curves[CARD.name] == before
        assert place.learned == []
    place.steps_until_wanted = None
    place.house.widths.clear()
    place.go_on()

    assert begun == [[2] * 2, [2] * (STEPS + 2), [2] * STEPS + [4]]
    assert place.house.widths[: 2 * STEPS] == [4] * STEPS + [8] * STEPS
    assert place.curve.compiled == (2, 4)


def test_nobody_waits_for_a_program_to_be_recorded() -> None:
    place = Place(recorder=FakeRecorder())
    place.until_all_is_compiled()
    place.house.widths.clear()
    place.steps_until_wanted = 0

    place.go_on()

    assert place.house.widths == []


def test_programs_are_recorded_before_they_are_measured() -> None:
    recorder = FakeRecorder()
    place = Place(recorder=recorder)
    place.until_all_is_compiled()
    before = recorder.recorded

    place.go_on()

    assert recorder.recorded - before == 2, "2 and 4 rows"
    assert place.curve.compiled == (2, 4)


@pytest.mark.parametrize("fails", [{4}, {*QUICK}])
def test_where_some_rows_cannot_be_compiled_the_curve_would_bend_and_stays(
    fails: Set[int],
) -> None:
    place = Place()
    place.fails = frozenset(fails)
    before = place.curve

    place.until_nothing_is_left()

    assert place.learned == []
    assert place.curve == before


def test_a_wider_step_that_cannot_be_compiled_ends_the_curve() -> None:
    place = Place()
    place.fails = frozenset({8})

    place.until_nothing_is_left()

    assert place.curve.compiled == (2, 4)
    assert dict(place.curve.steps)[8] == SLOW[8]
    assert place.curve.knee == 4


def test_what_gained_nothing_is_measured_once() -> None:
    place = Place(compiled=SLOW)

    place.until_nothing_is_left()

    assert len(place.learned) == 1
    assert place.curve.knee == 2


def test_a_model_that_cannot_be_measured_keeps_its_curve() -> None:
    place = Place()
    place.until_all_is_compiled()
    before = place.curve
    handle = place.family.pipe.vae.decoder.register_forward_pre_hook(_fail)
    try:
        first, second = place.go_on(), place.go_on()
    finally:
        handle.remove()

    assert (first, second) == (0.0, None)
    assert place.curve == before
    assert place.learned == []


def _fail(*_: Any) -> None:
    raise RuntimeError("a bug")


def test_no_model_is_loaded_for_it() -> None:
    place = Place()
    place.house.warm.put_one_away()

    assert place.go_on() is None
    assert not place.house.warm.is_loaded(CARD.name)


def test_where_nothing_is_compiled_nothing_is_to_be_done() -> None:
    place = Place()
    place.family.tracks = Tracks(place.family.network, place.family.ask_of, CPU)
    without_compiler = place.go_on()
    place.family.tracks = None

    assert (without_compiler, place.go_on()) == (None, None)
    assert place.background.asked == []


def test_a_larger_size_waits_for_people_to_have_it_compiled() -> None:
    place = Place(largest=2 * SIDE)
    larger = place.house.budget.curves[CARD.name][1]
    place.until_nothing_is_left()
    untouched = place.house.budget.curves[CARD.name][1]
    for rows, _ in larger.steps:
        with torch.inference_mode():
            asked = place.family.first_rows(recipe(width=larger.width, height=larger.height))
            place.family.prepare(asked.padded(rows), compiles=True)
    place.background.work()
    place.until_nothing_is_left()

    assert untouched == larger
    assert place.house.budget.curves[CARD.name][1].compiled == (2, 4)
    assert place.house.budget.curves[CARD.name][0].compiled == (2, 4, 8)


class Full(StableDiffusion):
    """Has no memory left while it is said so."""

    full = False

    def first_rows(self, recipe: Recipe) -> Rows:
        if self.full:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return super().first_rows(recipe)


def test_memory_that_is_short_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    place = Place(kind=Full)
    assert isinstance(place.family, Full)
    place.family.full = True

    patience = place.go_on()
    place.family.full = False
    place.until_nothing_is_left()

    assert patience is None
    assert "no memory to measure" in caplog.text
    assert place.learned
