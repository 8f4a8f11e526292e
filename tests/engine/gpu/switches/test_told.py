"""What was made ready of a model is told by sizes and rows, and what was not, why."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.gpu.family import Family
from engine.gpu.switches.told import told_of
from engine.gpu.switches.track import LONGEST_WHY, shortly
from engine.gpu.switches.tracks import OFTEN, Compile, Tracks
from engine.gpu.warm import Warm
from engine.made import Made, made_of
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CPU, recipe

RECORDED = Made(
    width=64,
    height=64,
    rows=2,
    tokens=77,
    phase="whole",
    recorded=True,
    compiled=False,
    compiling=False,
)


def tracked(
    family: Family, recorder: FakeRecorder | None = None, program: Any = None
) -> tuple[Tracks, Later]:
    background = Later()
    compile = Compile(compiled=lambda: program or family.network, background=background)
    tracks = Tracks(family.network, family.ask_of, CPU, recorder=recorder, compile=compile)
    family.tracks = tracks
    return tracks, background


@torch.inference_mode()
def prepare(family: Family, *, compiles: bool = False, rows: int = 2, side: int = 64) -> None:
    asked = family.first_rows(recipe(width=side, height=side))
    family.prepare(asked.padded(rows), compiles=compiles)


def another(network: Any) -> Any:
    """A program of it: another thing, with the same answers."""

    def program(*args: Any, **more: Any) -> Any:
        return network(*args, **more)

    return program


def test_a_model_without_tracks_has_nothing_ready(own: Family) -> None:
    assert told_of(own) == ()


def test_what_was_recorded_is_told_by_size_and_rows(own: Family) -> None:
    tracked(own, FakeRecorder())
    prepare(own, rows=4, side=128)
    prepare(own)

    assert told_of(own) == (RECORDED, replace(RECORDED, width=128, height=128, rows=4))


def test_what_comes_from_the_compiler_is_told_before_and_after(own: Family) -> None:
    _, background = tracked(own, program=another(own.network))
    prepare(own, compiles=True)
    waits = told_of(own)
    background.work()
    there = told_of(own)
    prepare(own)

    assert waits == (replace(RECORDED, recorded=False, compiling=True),)
    assert there == told_of(own) == (replace(RECORDED, recorded=False, compiled=True),)


@torch.inference_mode()
def test_what_is_asked_seldom_is_not_told_of(own: Family) -> None:
    tracked(own, FakeRecorder())
    asked = own.first_rows(recipe())

    for _ in range(OFTEN - 1):
        own.forward(asked, plainly=False)

    assert told_of(own) == ()


@pytest.mark.parametrize(
    ("recorder", "why"),
    [
        (FakeRecorder(wrong=True), "away from what the network answers"),
        (FakeRecorder(error=RuntimeError("no such thing\nat line 1")), "no such thing"),
        (FakeRecorder(error=torch.OutOfMemoryError("CUDA out of memory")), "no memory for it"),
    ],
)
def test_what_could_not_be_recorded_says_why(own: Family, recorder: FakeRecorder, why: str) -> None:
    tracked(own, recorder)
    prepare(own)

    [told] = told_of(own)
    [said] = told.without

    assert not told.recorded
    assert said.startswith("it is not recorded: ")
    assert said.endswith(why)


def test_a_recording_that_comes_later_has_no_reason_not_to_be_there(own: Family) -> None:
    recorder = FakeRecorder(error=torch.OutOfMemoryError("CUDA out of memory"))
    tracked(own, recorder)
    prepare(own)
    recorder.error = None
    prepare(own)

    assert told_of(own) == (RECORDED,)


def test_recordings_that_were_thrown_away_say_so(own: Family) -> None:
    tracks, _ = tracked(own, FakeRecorder())
    prepare(own)
    tracks.forget()

    [told] = told_of(own)

    assert told.without == ("its recording was thrown away, since memory was short",)


def test_where_nothing_can_be_recorded_any_more_all_say_so(own: Family) -> None:
    error = torch.AcceleratorError("operation not permitted when stream is capturing")
    tracked(own, FakeRecorder(error=error))
    prepare(own)
    prepare(own, rows=4)

    first, second = told_of(own)

    assert first.without == ("it is not recorded: " + str(error),)
    assert second.without == ("nothing can be recorded on this card any more",)


def test_what_could_not_be_compiled_says_why(own: Family) -> None:
    def broken(*_: Any, **__: Any) -> Tensor:
        raise RuntimeError("no compiler was found")

    _, background = tracked(own, program=broken)
    prepare(own, compiles=True)
    background.work()

    [told] = told_of(own)

    assert not told.compiling
    assert told.without == ("it is not compiled: no compiler was found",)


def test_a_program_that_was_compiled_while_something_was_worn_says_so(own: Family) -> None:
    tracks, background = tracked(own, program=another(own.network))
    prepare(own, compiles=True)
    tracks.is_worn()
    background.work()

    [told] = told_of(own)

    assert told.without == ("what was compiled is not used: LoRAs came between",)


@torch.inference_mode()
def test_a_program_that_does_not_answer_any_more_says_so(own: Family) -> None:
    works = [True]

    def program(*args: Any, **more: Any) -> Any:
        if not works:
            raise RuntimeError("a guard failed")
        return own.network(*args, **more)

    _, background = tracked(own, program=program)
    prepare(own, compiles=True)
    background.work()
    works.clear()
    own.forward(own.first_rows(recipe()), plainly=False)

    [told] = told_of(own)

    assert not told.compiled
    assert told.without == ("what was compiled is not used any more: the network has changed",)


def test_an_error_is_told_by_its_first_line_and_not_at_length() -> None:
    assert shortly(RuntimeError("\nfirst\nsecond")) == "first"
    assert shortly(RuntimeError("x" * 1000)) == "x" * LONGEST_WHY
    assert shortly(KeyError()) == "KeyError"


def test_it_is_told_of_loaded_models_by_name(own: Family) -> None:
    tracked(own, FakeRecorder())
    prepare(own)
    warm = Warm.of({own.card.name: own})
    cold = warm.made
    warm.hold(own.card.name)

    assert (cold, warm.made) == ({}, {own.card.name: (RECORDED,)})


def test_a_painter_that_makes_nothing_ready_has_nothing() -> None:
    assert made_of(object()) == {}
