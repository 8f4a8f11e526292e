"""What is found out of a model at its first start is known at the next, and made use of."""

import gc
import json
import logging
import weakref
from functools import partial
from pathlib import Path

import pytest
import torch

from engine.gpu.exactness import MIXES
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.rows import Rows
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import Compile, Tracks
from engine.gpu.warm import Warm
from engine.switch import Switch
from tests.engine.gpu import tiny
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CPU, begun, family_of, recipe

ON = frozenset({Switch.ATTENTION})


def forwards_of(family: Family) -> list[int]:
    asked: list[int] = []
    family.network.register_forward_pre_hook(lambda _, inputs: asked.append(len(inputs[0])))
    return asked


def test_it_is_found_out_once(own: Family, tmp_path: Path) -> None:
    asked = forwards_of(own)
    Ready(Thrown(switches=ON), Kept(tmp_path)).make(own, recipe(), 2)
    first = len(asked)
    asked.clear()
    own.attention.kernel, own.repeats_itself = None, False

    Ready(Thrown(switches=ON), Kept(tmp_path)).make(own, recipe(), 2)

    assert first > 0
    assert not asked
    assert own.repeats_itself


def test_what_is_kept_is_believed(own: Family, tmp_path: Path) -> None:
    spoilt(own, tmp_path, {"attention": "cudnn", "repeats": False})

    Ready(Thrown(switches=ON), Kept(tmp_path)).make(own, recipe(), 2)

    assert own.attention.kernel == "cudnn"
    assert not own.repeats_itself


@pytest.mark.parametrize(
    "known",
    [
        [],
        {"repeats": False},
        {"attention": [], "repeats": False},
        {"attention": "flash", "repeats": "false"},
        "flash",
        None,
    ],
)
def test_what_cannot_be_meant_is_found_out_again(
    own: Family, tmp_path: Path, known: object
) -> None:
    spoilt(own, tmp_path, known)
    asked = forwards_of(own)

    Ready(Thrown(switches=ON), Kept(tmp_path)).make(own, recipe(), 2)

    assert asked
    assert own.repeats_itself


def test_a_kernel_that_nobody_knows_is_torchs_own_choice(own: Family, tmp_path: Path) -> None:
    spoilt(own, tmp_path, {"attention": "telepathy", "repeats": True})

    Ready(Thrown(switches=ON), Kept(tmp_path)).make(own, recipe(), 2)

    assert own.attention.kernel is None


def spoilt(family: Family, folder: Path, known: object) -> None:
    """What was kept of it says something else now."""
    Ready(Thrown(switches=ON), Kept(folder)).make(family, recipe(), 2)
    [file] = folder.iterdir()
    file.write_text(json.dumps({"found": known}))


def test_a_model_that_is_loaded_anew_is_told_what_is_known(own: Family) -> None:
    thrown = Thrown(switches=ON)
    thrown.learn(own, kernel="flash", repeats=False)
    anew = family_of(tiny.pipeline())

    thrown.over(anew)

    assert anew.attention.kernel == "flash"
    assert not anew.repeats_itself


def test_widths_are_recorded_at_once_and_one_is_compiled_later(own: Family) -> None:
    recorder, background = FakeRecorder(), Later()
    compile = Compile(compiled=lambda: own.network, background=background)
    own.tracks = Tracks(own.network, own.ask_of, CPU, recorder=recorder, compile=compile)
    ready = Ready(Thrown(switches=ON), Kept(None))

    ready.make(own, recipe(), 6)
    recorded, waiting = recorder.recorded, len(background.asked)
    warm = Warm.of({own.card.name: own})
    warm.hold(own.card.name)
    ready.compile(warm)
    ready.compile(warm)

    assert recorded == 3, "2, 4 and 6 rows"
    assert waiting == 0
    assert len(background.asked) == 1


def test_whether_a_card_repeats_itself_is_asked_of_what_was_made_ready(tmp_path: Path) -> None:
    played: list[int] = []

    for _ in range(2):
        family, recorder = family_of(tiny.pipeline()), FakeRecorder()
        family.tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder)
        Ready(Thrown(switches=frozenset()), Kept(tmp_path)).make(family, recipe(), 6)
        played.append(recorder.played)

    first, known = played
    assert first - known >= MIXES // 2, "others were painted by recordings in between"


def test_a_model_without_guidance_is_made_ready_for_its_single_row(own: Family) -> None:
    recorder = FakeRecorder()
    own.tracks = Tracks(own.network, own.ask_of, CPU, recorder=recorder)

    Ready(Thrown(switches=ON), Kept(None)).make(own, recipe(guidance=1.0), 2)

    assert [shape.split(" of ")[0] for shape in own.tracks.made] == ["1 row", "2 rows"]


def test_no_more_rows_are_made_ready_than_fit(own: Family) -> None:
    recorder = FakeRecorder()
    own.tracks = Tracks(own.network, own.ask_of, CPU, recorder=recorder)

    Ready(Thrown(switches=ON), Kept(None)).make(own, recipe(), 1)

    assert recorder.recorded == 0


def test_a_model_that_was_put_away_meanwhile_is_neither_kept_nor_compiled() -> None:
    """While others were warmed up, and while another was compiled."""
    families = [family_of(tiny.pipeline()) for _ in range(2)]
    networks = [weakref.ref(family.network) for family in families]
    background, compiled = Later(), list[Rows]()
    for family in families:
        family.tracks = Tracks(
            family.network,
            partial(_noting, compiled),
            CPU,
            compile=Compile(compiled=object, background=background),
        )
    ready = Ready(Thrown(switches=ON), Kept(None))
    ready.make(families[0], recipe(), 2)
    ready.compile(Warm.of({}))
    asked_for_one_away = len(background.asked)
    ready.make(families[1], recipe(), 2)
    warm = Warm.of({families[1].card.name: families[1]})
    warm.hold(families[1].card.name)
    ready.compile(warm)
    del family, families, warm
    gc.collect()

    background.work()

    assert asked_for_one_away == 0
    assert [network() for network in networks] == [None, None]
    assert not compiled


def _noting(asked: list[Rows], _: object, rows: Rows) -> torch.Tensor:
    asked.append(rows)
    return rows.latents


def test_where_memory_is_short_pictures_come_before_speed(
    own: Family, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object, __: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    own.network.register_forward_pre_hook(full)
    ready = Ready(Thrown(switches=ON), Kept(None))

    with caplog.at_level(logging.WARNING):
        ready.make(own, recipe(), 16)
    ready.compile(Warm.of({}))

    assert "no memory" in caplog.text


def test_what_else_goes_wrong_is_told(own: Family) -> None:
    def broken(_: object, __: object) -> None:
        raise ValueError("a shape")

    own.network.register_forward_pre_hook(broken)

    with pytest.raises(ValueError, match="a shape"):
        Ready(Thrown(switches=ON), Kept(None)).make(own, recipe(), 2)


@torch.inference_mode()
def test_company_asks_by_what_was_made_ready(own: Family) -> None:
    recorder = FakeRecorder()
    own.tracks = Tracks(own.network, own.ask_of, CPU, recorder=recorder)
    Ready(Thrown(switches=ON), Kept(None)).make(own, recipe(), 2)
    played = recorder.played

    own.forward(own.rows(begun(own, recipe(), {})), plainly=False)

    assert recorder.played == played + 1
