"""What was asked for often is made ready first at the next start."""

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
from engine.gpu.switches.tracks import MOST, OFTEN, VERY_OFTEN, Compile, Tracks
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Warm
from tests.engine.gpu import tiny
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CARD, CPU, family_of, recipe

TWO = Asked(width=64, height=64, rows=2, tokens=77)
LONG = Asked(width=64, height=128, rows=4, tokens=2 * 77)
LONE = Asked(width=128, height=64, rows=1, tokens=77)
LIKES = Asked(width=128, height=128, rows=2, tokens=77)
"""The usual one of the model."""


@pytest.fixture
def own() -> Family:
    """Nobody else's, since it is changed."""
    family = family_of(tiny.pipeline())
    family.tracks = Tracks(family.network, family.ask_of, CPU)
    return family


def warm_of(family: Family) -> Warm:
    warm = Warm.of({family.card.name: family})
    warm.hold(family.card.name)
    return warm


@torch.inference_mode()
def asked_for(family: Family, asked: Asked, times: int) -> None:
    like = recipe_like(asked, family)
    assert like is not None
    rows = family.first_rows(like).padded(asked.rows)
    family.forward(rows, plainly=False)
    assert family.tracks is not None
    shape = Shape.of(rows)
    assert shape is not None
    family.tracks.all[shape].asked += times - 1


def lately(folder: Path | None, family: Family, *asked: tuple[Asked, int]) -> Popular:
    """What a painter that ends in order has noted."""
    popular = Popular(Kept(folder))
    for one, times in asked:
        asked_for(family, one, times)
    popular.note(warm_of(family))
    popular.keep()
    return popular


def known(folder: Path, least: int = 1) -> Sequence[Asked]:
    return Popular(Kept(folder)).of(CARD, least=least)


def test_the_next_start_knows_what_was_asked_for_and_how_often(own: Family, tmp_path: Path) -> None:
    lately(tmp_path, own, (TWO, 30), (LONG, 700), (LONE, 50))

    popular = Popular(Kept(tmp_path))

    assert popular.of(CARD, least=1) == [LONG, LONE, TWO]
    assert popular.of(CARD, least=50) == [LONG, LONE]
    assert popular.times(CARD, LONG) == 700


def test_days_add_up(own: Family, tmp_path: Path) -> None:
    for _ in range(3):
        lately(tmp_path, own, (TWO, 10))

    assert Popular(Kept(tmp_path)).times(CARD, TWO) == 30


def test_a_forward_is_counted_once(own: Family) -> None:
    popular = lately(None, own, (TWO, 10))

    popular.note(warm_of(own))

    assert popular.times(CARD, TWO) == 10


def test_other_weights_were_not_asked_for(own: Family, tmp_path: Path) -> None:
    lately(tmp_path, own, (TWO, 10))

    assert not Popular(Kept(tmp_path)).of(replace(CARD, digest="other"), least=1)


def test_sizes_that_a_model_cannot_paint_are_passed_over(own: Family, tmp_path: Path) -> None:
    lately(tmp_path, own, (TWO, 10))

    assert not Popular(Kept(tmp_path)).of(replace(CARD, multiple=48), least=1)


def test_what_was_popular_fades(own: Family) -> None:
    popular = lately(None, own, (TWO, FADES), (LONE, 1))

    assert (popular.times(CARD, TWO), popular.times(CARD, LONE)) == (FADES // 2, 0)


def test_only_so_much_is_kept_and_made_ready(own: Family, tmp_path: Path) -> None:
    popular = Popular(Kept(tmp_path))
    sides = range(64, 64 + 8 * (MOST_KEPT + 4), 8)
    for number, side in enumerate(sides):
        asked_for(own, Asked(width=side, height=64, rows=2, tokens=77), 10 + number)
        popular.note(warm_of(own))
    popular.keep()

    [file] = tmp_path.iterdir()

    assert len(sides) > MOST
    assert len(json.loads(file.read_text())["found"]) == MOST_KEPT
    assert [asked.width for asked in known(tmp_path)] == [*reversed(sides)][:MOST_READY]


def test_a_painter_that_ends_without_a_word_forgets_little(own: Family, tmp_path: Path) -> None:
    popular = Popular(Kept(tmp_path))
    asked_for(own, TWO, OFTEN_ENOUGH - 1)
    popular.note(warm_of(own))
    before = known(tmp_path)
    asked_for(own, TWO, 1)
    popular.note(warm_of(own))

    assert (before, known(tmp_path)) == ([], [TWO])


def test_what_nobody_wished_for_does_not_count(own: Family) -> None:
    popular = Popular(Kept(None))
    asked_for(own, TWO, 10)

    popular.pass_over(warm_of(own))
    popular.note(warm_of(own))

    assert popular.times(CARD, TWO) == 0


@torch.inference_mode()
def test_steps_in_a_rhythm_of_their_own_do_not_count(own: Family) -> None:
    popular = Popular(Kept(None))
    rows = own.first_rows(recipe(cache=2, steps=8))
    own.forward(rows, plainly=False)

    popular.note(warm_of(own))

    assert rows.phase is Phase.KEEPING
    assert not popular.of(CARD, least=1)


@torch.inference_mode()
def test_what_is_too_long_to_be_made_ready_stops_nobody(own: Family) -> None:
    popular = Popular(Kept(None))
    prompt = SEVERAL.join(["a fox"] * 60)
    own.forward(own.first_rows(recipe(prompt=prompt)), plainly=False)

    popular.note(warm_of(own))

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
    own: Family, tmp_path: Path, found: Any, caplog: pytest.LogCaptureFixture
) -> None:
    lately(tmp_path, own, (TWO, 10))
    [file] = tmp_path.iterdir()
    file.write_text(json.dumps({"found": found}))
    with caplog.at_level(logging.WARNING):
        popular = Popular(Kept(tmp_path))

        assert not popular.of(CARD, least=1)
        assert not popular.of(CARD, least=1)
    assert len(caplog.records) == 1


def test_a_folder_that_cannot_be_written_is_told_of_once(
    own: Family, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("no folder")
    popular = Popular(Kept(tmp_path / "file"))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            asked_for(own, TWO, OFTEN_ENOUGH)
            popular.note(warm_of(own))

    assert popular.times(CARD, TWO) == 3 * OFTEN_ENOUGH
    assert len([each for each in caplog.messages if "cannot be written" in each]) == 1


@torch.inference_mode()
@pytest.mark.parametrize("asked", [TWO, LONG, LONE])
def test_a_recipe_is_found_for_what_was_asked_for(own: Family, asked: Asked) -> None:
    like = recipe_like(asked, own)

    assert like is not None
    rows = own.first_rows(like)
    shape = Shape.of(rows.padded(asked.rows))
    assert shape is not None
    assert (shape.width, shape.latents[-2:]) == (asked.rows, (asked.height // 8, asked.width // 8))
    assert shape.tokens == asked.tokens


@torch.inference_mode()
def test_where_no_recipe_is_like_it_there_is_none(own: Family) -> None:
    assert recipe_like(replace(TWO, tokens=76), own) is None


def restarted(folder: Path) -> tuple[Family, FakeRecorder, Later]:
    """The model as another program loads it."""
    family, recorder, background = family_of(tiny.pipeline()), FakeRecorder(), Later()
    compile = Compile(compiled=lambda: family.network, background=background)
    family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder, compile=compile)
    ready = Ready(Thrown(switches=frozenset()), Kept(None), Popular(Kept(folder)))
    ready.make(family, recipe(width=128, height=128), 4)
    ready.compile(warm_of(family))
    return family, recorder, background


def shapes(family: Family, *, compiling: bool = False) -> list[str]:
    assert family.tracks is not None
    found = family.tracks.all.items()
    return [
        f"{shape}, {shape.tokens}"
        for shape, track in found
        if track.recorded and (track.compiles or not compiling)
    ]


def test_what_was_popular_is_recorded_first(own: Family, tmp_path: Path) -> None:
    lately(tmp_path, own, (TWO, OFTEN), (LONG, 2 * OFTEN), (LONE, OFTEN - 1))

    family, _, _ = restarted(tmp_path)

    assert shapes(family) == [
        "4 rows of 4x16x8, 154",
        "2 rows of 4x8x8, 77",
        "4 rows of 4x16x16, 77",
        "2 rows of 4x16x16, 77",
    ]


def test_what_was_very_popular_is_compiled_before_what_is_usual(
    own: Family, tmp_path: Path
) -> None:
    lately(tmp_path, own, (TWO, VERY_OFTEN), (LONG, 2 * VERY_OFTEN), (LONE, VERY_OFTEN - 1))

    family, _, background = restarted(tmp_path)
    order = []
    while background.asked:
        before = shapes(family, compiling=True)
        background.asked.pop(0)()
        [done] = {*before} - {*shapes(family, compiling=True)}
        order.append(done)

    assert order == [
        "4 rows of 4x16x8, 154",
        "2 rows of 4x8x8, 77",
        "2 rows of 4x16x16, 77",
    ]


def test_what_is_usual_is_not_compiled_twice_where_it_is_popular(
    own: Family, tmp_path: Path
) -> None:
    lately(tmp_path, own, (LIKES, VERY_OFTEN))

    _, recorder, background = restarted(tmp_path)

    assert (recorder.recorded, len(background.asked)) == (2, 1)


def test_what_has_no_room_is_left_to_show_again(own: Family, tmp_path: Path) -> None:
    lately(tmp_path, own, (replace(LONG, rows=12, width=128), VERY_OFTEN))

    family, _, _ = restarted(tmp_path)

    assert "12 rows" not in " ".join(shapes(family))


def test_without_a_past_it_starts_as_ever(tmp_path: Path) -> None:
    family, _, background = restarted(tmp_path)

    assert shapes(family) == ["4 rows of 4x16x16, 77", "2 rows of 4x16x16, 77"]
    assert len(background.asked) == 1


async def test_a_painter_keeps_what_it_was_asked_for(own: Family, tmp_path: Path) -> None:
    ready = Ready(Thrown(switches=frozenset()), Kept(None), Popular(Kept(tmp_path)))
    painter = EngineThread(
        lambda: Warm.of({own.card.name: own}), device=CPU, seats=4, most_rows=8, ready=ready
    )
    await painter.start()
    await painter.paint(recipe(steps=7), {}, lambda *_: None)
    await painter.close()

    popular = Popular(Kept(tmp_path))

    assert popular.of(CARD, least=1) == [TWO], "and nothing of the warm-up"
    assert popular.times(CARD, TWO) == 7
