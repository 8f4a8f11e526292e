"""What is asked very often is compiled, and answers like the network or not at all."""

import logging

import pytest
import torch
from torch import Tensor, nn

from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.tracks import VERY_OFTEN, Tracks
from tests.engine.gpu.switches.recording import (
    FakeRecorder,
    Later,
    Net,
    ask,
    compiling,
    often,
    rows,
)
from tests.engine.gpu.together import CPU


def test_what_is_asked_very_often_is_compiled_beside() -> None:
    network, program, background = Net(), Net(), Later()
    tracks = Tracks(network, ask, CPU, compile=compiling(program, background))

    before = often(tracks, rows(4), VERY_OFTEN)
    background.work()
    network.asked.clear()
    answer = tracks.answer(rows(3))

    assert before is None
    assert answer is not None
    assert torch.equal(answer, ask(Net(), rows(3)))
    assert program.asked[-1] == 4, "padded to the width that it is compiled for"
    assert not network.asked


def test_what_was_compiled_is_recorded_anew() -> None:
    network, program, background = Net(), Net(), Later()
    recorder = FakeRecorder()
    tracks = Tracks(network, ask, CPU, recorder=recorder, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    assert recorder.recorded == 1
    background.work()
    program.asked.clear()

    tracks.prepare(rows(2), compiles=True)
    answer = tracks.answer(rows(2, seed=4))

    assert recorder.recorded == 2
    assert tracks.made == {"2 rows of 3": "compiled, recorded"}
    assert program.asked
    assert answer is not None
    assert torch.equal(answer, ask(Net(), rows(2, seed=4)))


@pytest.mark.parametrize("error", [RuntimeError("no such thing"), None])
def test_a_program_that_cannot_be_recorded_is_asked_without(error: Exception | None) -> None:
    network, program, background = Net(), Net(), Later()
    recorder = FakeRecorder()
    tracks = Tracks(network, ask, CPU, recorder=recorder, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    background.work()
    recorder.error, recorder.wrong = error, error is None

    tracks.prepare(rows(2), compiles=True)
    program.asked.clear()
    answer = tracks.answer(rows(2))

    assert answer is not None
    assert program.asked == [2]
    assert tracks.made == {"2 rows of 3": "compiled"}


def test_what_was_recorded_is_played_until_what_was_compiled_is_recorded() -> None:
    recorder, background = FakeRecorder(), Later()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder, compile=compiling(Net(), background))
    tracks.prepare(rows(2), compiles=True)
    background.work()
    recorder.error = torch.OutOfMemoryError("CUDA out of memory")

    tracks.prepare(rows(2), compiles=True)
    played = recorder.played
    answer = tracks.answer(rows(2, seed=3))

    assert recorder.played == played + 1
    assert answer is not None
    assert torch.equal(answer, ask(Net(), rows(2, seed=3)))
    assert tracks.made == {"2 rows of 3": "recorded"}


def test_a_program_that_answers_otherwise_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    class Wrong(Net):
        def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
            return super().forward(latents, times, words) * 1.5

    background = Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(Wrong(), background))
    with caplog.at_level(logging.WARNING):
        tracks.prepare(rows(2), compiles=True)
        background.work()
        tracks.prepare(rows(2), compiles=True)
        background.work()

    assert tracks.answer(rows(2)) is None
    assert len(caplog.records) == 1, "tried once"


def test_numbers_that_are_none_are_not_the_same() -> None:
    class Broken(Net):
        def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
            return super().forward(latents, times, words) * float("nan")

    background = Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(Broken(), background))
    tracks.prepare(rows(2), compiles=True)
    background.work()

    assert tracks.answer(rows(2)) is None


def test_running_out_of_memory_is_told_to_whoever_can_make_room() -> None:
    class Large(Net):
        full = False

        def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
            if self.full:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return super().forward(latents, times, words)

    program, background = Large(), Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    background.work()
    program.full = True

    with pytest.raises(torch.OutOfMemoryError):
        tracks.answer(rows(2))


@torch.inference_mode()
def test_many_shapes_are_compiled() -> None:
    class Plain(nn.Module):
        def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
            return latents * times[:, None] + words.sum(1)[:, None]

    network, background = Plain(), Later()
    program = compiled(network, flags=False, backend="eager")
    tracks = Tracks(network, ask, CPU, compile=compiling(program, background))
    places = range(1, 13)
    for count in places:
        tracks.prepare(rows(2, places=count), compiles=True)
    background.work()

    answers = [tracks.answer(rows(2, places=count)) for count in places]

    assert all(answer is not None for answer in answers)
