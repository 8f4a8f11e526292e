"""What was compiled of a network that changed since, or wore something, is not asked."""

import logging

import pytest
import torch
from torch import Tensor

from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.track import MOST_TRIES
from engine.gpu.switches.tracks import VERY_OFTEN, Tracks
from tests.engine.gpu.switches.recording import (
    FakeRecorder,
    Later,
    Net,
    ask,
    compiling,
    rows,
)
from tests.engine.gpu.together import CPU


class Scaled(Net):
    """What is compiled of it fits only as long as it stays as it is."""

    scale = 1.0

    def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
        return (latents * times[:, None] + words.sum(1)[:, None]) * self.scale


@torch.inference_mode()
def test_a_program_that_does_not_fit_any_more_forbids_no_recording() -> None:
    network, recorder, background = Scaled(), FakeRecorder(), Later()
    program = compiled(network, flags=False, backend="eager")
    tracks = Tracks(network, ask, CPU, recorder=recorder, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    background.work()
    network.scale = 2.0

    tracks.prepare(rows(2), compiles=False)
    kept = recorder.recorded, tracks.made
    tracks.forget()
    tracks.prepare(rows(2), compiles=False)

    assert kept == (1, {"2 rows of 3": "recorded"})
    assert (recorder.recorded, tracks.made) == (2, {"2 rows of 3": "recorded"})


@torch.inference_mode()
def test_a_network_that_changed_is_asked_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    network, background = Scaled(), Later()
    program = compiled(network, flags=False, backend="eager")
    tracks = Tracks(network, ask, CPU, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    background.work()
    before = tracks.answer(rows(2))
    network.scale = 2.0

    with caplog.at_level(logging.WARNING, "engine.gpu.switches.tracks"):
        answers = [tracks.answer(rows(2)) for _ in range(2)]

    assert before is not None
    assert answers == [None, None]
    assert sum("is not used any more" in each for each in caplog.messages) == 1


@torch.inference_mode()
def test_a_network_that_changed_is_compiled_anew_but_not_for_ever() -> None:
    network, background = Scaled(), Later()
    program = compiled(network, flags=False, backend="eager")
    tracks = Tracks(network, ask, CPU, compile=compiling(program, background))
    compilations, answers = 0, list[Tensor | None]()
    for scale in range(MOST_TRIES + 2):
        network.scale = 1.0 + scale
        # With the first what was compiled before is lost.
        tracks.answer(rows(2))

        tracks.prepare(rows(2), compiles=True)
        compilations += len(background.asked)
        background.work()
        answers.append(tracks.answer(rows(2)))

    assert compilations == MOST_TRIES
    assert [answer is not None for answer in answers] == [True] * MOST_TRIES + [False] * 2


def test_what_comes_to_nothing_is_asked_for_again_after_more_and_more_forwards() -> None:
    background = Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(Net(), background))
    needed: list[int] = []
    for _ in range(3):
        needed.append(0)
        while not background.asked:
            tracks.answer(rows(2))
            needed[-1] += 1
        tracks.is_worn()
        background.work()

    assert needed == [VERY_OFTEN, VERY_OFTEN, 2 * VERY_OFTEN]


def test_what_was_compiled_while_something_was_worn_is_not_asked() -> None:
    background = Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(Net(), background))
    tracks.prepare(rows(2), compiles=True)
    tracks.is_worn()
    background.work()
    spoilt = tracks.answer(rows(2))

    tracks.prepare(rows(2), compiles=True)
    background.work()

    assert spoilt is None
    assert tracks.answer(rows(2)) is not None


def test_what_failed_while_something_was_worn_is_tried_again() -> None:
    class Torn(Net):
        torn = True

        def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
            if self.torn:
                raise RuntimeError("a layer changed size during iteration")
            return super().forward(latents, times, words)

    program, background = Torn(), Later()
    tracks = Tracks(Net(), ask, CPU, compile=compiling(program, background))
    tracks.prepare(rows(2), compiles=True)
    tracks.is_worn()
    background.work()
    program.torn = False

    tracks.prepare(rows(2), compiles=True)
    background.work()

    assert tracks.answer(rows(2)) is not None


@torch.inference_mode()
def test_of_a_network_on_the_move_nothing_is_ready() -> None:
    moving = [False]
    network, recorder, background = Net(), FakeRecorder(), Later()
    tracks = Tracks(
        network,
        ask,
        CPU,
        recorder=recorder,
        compile=compiling(Net(), background),
        moves=lambda: moving[0],
    )
    tracks.prepare(rows(2), compiles=True)
    before = tracks.answer(rows(2))
    moving[0] = True
    network.asked.clear()

    background.work()
    tracks.prepare(rows(4), compiles=True)

    assert before is not None
    assert tracks.answer(rows(2)) is None
    assert recorder.recorded == 1
    assert not background.asked
    assert not network.asked, "nor was it in another thread"
    (track,) = tracks.all.values()
    assert "come to the card" in track.no_program
    assert not track.compiles
