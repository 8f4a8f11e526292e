"""What was asked for is kept from one start to the next."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.phase import Phase
from engine.gpu.switches.popular import (
    FADES,
    MOST_KEPT,
    MOST_READY,
    OFTEN_ENOUGH,
    SEVERAL,
    Asked,
    Popular,
    recipe_like,
)
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.shape import Shape
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import MOST
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Warm
from tests.engine.gpu.switches.wished import LONE, LONG, TWO, asked_for, lately, warm_of
from tests.engine.gpu.together import CARD, CPU, recipe


def known(folder: Path, least: int = 1) -> Sequence[Asked]:
    return Popular(Kept(folder)).of(CARD, least=least)


def test_the_next_start_knows_what_was_asked_for_and_how_often(
    tracked: Family, tmp_path: Path
) -> None:
    lately(tmp_path, tracked, (TWO, 30), (LONG, 700), (LONE, 50))

    popular = Popular(Kept(tmp_path))

    assert popular.of(CARD, least=1) == [LONG, LONE, TWO]
    assert popular.of(CARD, least=50) == [LONG, LONE]
    assert popular.times(CARD, LONG) == 700


def test_days_add_up(tracked: Family, tmp_path: Path) -> None:
    for _ in range(3):
        lately(tmp_path, tracked, (TWO, 10))

    assert Popular(Kept(tmp_path)).times(CARD, TWO) == 30


def test_a_forward_is_counted_once(tracked: Family) -> None:
    popular = lately(None, tracked, (TWO, 10))

    popular.note(warm_of(tracked))

    assert popular.times(CARD, TWO) == 10


def test_other_weights_were_not_asked_for(tracked: Family, tmp_path: Path) -> None:
    lately(tmp_path, tracked, (TWO, 10))

    assert not Popular(Kept(tmp_path)).of(replace(CARD, digest="other"), least=1)


def test_sizes_that_a_model_cannot_paint_are_passed_over(tracked: Family, tmp_path: Path) -> None:
    lately(tmp_path, tracked, (TWO, 10))

    assert not Popular(Kept(tmp_path)).of(replace(CARD, multiple=48), least=1)


def test_what_was_popular_fades(tracked: Family) -> None:
    popular = lately(None, tracked, (TWO, FADES), (LONE, 1))

    assert (popular.times(CARD, TWO), popular.times(CARD, LONE)) == (FADES // 2, 0)


def test_only_so_much_is_kept_and_made_ready(tracked: Family, tmp_path: Path) -> None:
    popular = Popular(Kept(tmp_path))
    sides = range(64, 64 + 8 * (MOST_KEPT + 4), 8)
    for number, side in enumerate(sides):
        asked_for(tracked, Asked(width=side, height=64, rows=2, tokens=77), 10 + number)
        popular.note(warm_of(tracked))
    popular.keep()

    [file] = tmp_path.iterdir()

    assert len(sides) > MOST
    assert len(json.loads(file.read_text())["found"]) == MOST_KEPT
    assert [asked.width for asked in known(tmp_path)] == [*reversed(sides)][:MOST_READY]


def test_a_painter_that_ends_without_a_word_forgets_little(tracked: Family, tmp_path: Path) -> None:
    popular = Popular(Kept(tmp_path))
    asked_for(tracked, TWO, OFTEN_ENOUGH - 1)
    popular.note(warm_of(tracked))
    before = known(tmp_path)
    asked_for(tracked, TWO, 1)
    popular.note(warm_of(tracked))

    assert (before, known(tmp_path)) == ([], [TWO])


def test_what_nobody_wished_for_does_not_count(tracked: Family) -> None:
    popular = Popular(Kept(None))
    asked_for(tracked, TWO, 10)

    popular.pass_over(warm_of(tracked))
    popular.note(warm_of(tracked))

    assert popular.times(CARD, TWO) == 0


@torch.inference_mode()
def test_steps_in_a_rhythm_of_their_own_do_not_count(tracked: Family) -> None:
    popular = Popular(Kept(None))
    rows = tracked.first_rows(recipe(cache=2, steps=8))
    tracked.forward(rows, plainly=False)

    popular.note(warm_of(tracked))

    assert rows.phase is Phase.KEEPING
    assert not popular.of(CARD, least=1)


@torch.inference_mode()
def test_what_is_too_long_to_be_made_ready_stops_nobody(tracked: Family) -> None:
    popular = Popular(Kept(None))
    prompt = SEVERAL.join(["a fox"] * 60)
    tracked.forward(tracked.first_rows(recipe(prompt=prompt)), plainly=False)

    popular.note(warm_of(tracked))

    assert not popular.of(CARD, least=1)


FINE = {"width": 64, "height": 64, "rows": 2, "tokens": 77, "forwards": 10}


@pytest.mark.parametrize(
    "found",
    [
        7,
        {},
        [7],
        [FINE] * (MOST_KEPT + 1),
        [{**FINE, "width": 64.0}],
        [{**FINE, "width": True}],
        [{**FINE, "width": 8}],
        [{**FINE, "height": 10**9}],
        [{**FINE, "rows": 5}],
        [{**FINE, "tokens": -1}],
        [{**FINE, "tokens": 10**6}],
        [{**FINE, "forwards": 0}],
        [{**FINE, "forwards": "10"}],
        [{**FINE, "forwards": FADES + 1}],
        [FINE, {"width": 64}],
    ],
)
def test_what_cannot_be_meant_is_as_if_it_were_not_there(
    tracked: Family, tmp_path: Path, found: Any, caplog: pytest.LogCaptureFixture
) -> None:
    lately(tmp_path, tracked, (TWO, 10))
    [file] = tmp_path.iterdir()
    file.write_text(json.dumps({"found": found}))
    with caplog.at_level(logging.WARNING):
        popular = Popular(Kept(tmp_path))

        assert not popular.of(CARD, least=1)
        assert not popular.of(CARD, least=1)
    assert len(caplog.records) == 1


def test_a_folder_that_cannot_be_written_is_told_of_once(
    tracked: Family, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    popular = Popular(Kept(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            asked_for(tracked, TWO, OFTEN_ENOUGH)
            popular.note(warm_of(tracked))

    assert popular.times(CARD, TWO) == 3 * OFTEN_ENOUGH
    assert len([each for each in caplog.messages if "cannot be written" in each]) == 1


@torch.inference_mode()
@pytest.mark.parametrize("asked", [TWO, LONG, LONE])
def test_a_recipe_is_found_for_what_was_asked_for(tracked: Family, asked: Asked) -> None:
    like = recipe_like(asked, tracked)

    assert like is not None
    rows = tracked.first_rows(like)
    shape = Shape.of(rows.padded(asked.rows))
    assert shape is not None
    assert (shape.width, shape.latents[-2:]) == (asked.rows, (asked.height // 8, asked.width // 8))
    assert shape.tokens == asked.tokens


@torch.inference_mode()
def test_where_no_recipe_is_like_it_there_is_none(tracked: Family) -> None:
    assert recipe_like(replace(TWO, tokens=76), tracked) is None


async def test_a_painter_keeps_what_it_was_asked_for(tracked: Family, tmp_path: Path) -> None:
    ready = Ready(Thrown(switches=frozenset()), Kept(None), Popular(Kept(tmp_path)))
    painter = EngineThread(
        lambda: Warm.of({tracked.card.name: tracked}), device=CPU, seats=4, most_rows=8, ready=ready
    )
    await painter.start()
    await painter.paint(recipe(steps=7), {}, lambda *_: None)
    await painter.close()

    popular = Popular(Kept(tmp_path))

    assert popular.of(CARD, least=1) == [TWO], "and nothing of the warm-up"
    assert popular.times(CARD, TWO) == 7
