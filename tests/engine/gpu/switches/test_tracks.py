"""What is asked often is recorded, and answers like the network or not at all."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.gpu.rows import Rows
from engine.gpu.switches import tracks as tracks_of
from engine.gpu.switches.background import Background
from engine.gpu.switches.recorder import Work
from engine.gpu.switches.shape import WIDTHS
from engine.gpu.switches.track import example
from engine.gpu.switches.tracks import OFTEN, VERY_OFTEN, Tracks
from tests.engine.gpu.switches.recording import FakeRecorder, Net, ask, often, rows
from tests.engine.gpu.together import CPU

PATIENCE_S = 60.0


def test_what_is_asked_seldom_is_left_to_the_network() -> None:
    tracks = Tracks(Net(), ask, CPU, recorder=FakeRecorder())

    assert often(tracks, rows(2), OFTEN - 1) is None


@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_what_is_asked_often_is_played_back(count: int) -> None:
    recorder = FakeRecorder()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    often(tracks, rows(count, seed=1))

    for seed in (2, 3):
        answer = tracks.answer(rows(count, seed=seed))

        assert answer is not None
        assert torch.equal(answer, ask(Net(), rows(count, seed=seed)))
    assert recorder.recorded == 1


def test_one_row_is_not_asked_as_two() -> None:
    network, recorder = Net(), FakeRecorder()
    tracks = Tracks(network, ask, CPU, recorder=recorder)
    tracks.prepare(rows(2), compiles=False)
    network.asked.clear()

    seldom = tracks.answer(rows(1))
    answer = often(tracks, rows(1))

    assert seldom is None
    assert answer is not None
    assert torch.equal(answer, ask(Net(), rows(1)))
    assert {*network.asked} == {1}


def test_an_answer_stays_when_the_next_is_played() -> None:
    tracks = Tracks(Net(), ask, CPU, recorder=FakeRecorder())
    first = often(tracks, rows(2, seed=1))

    tracks.answer(rows(2, seed=2))

    assert first is not None
    assert torch.equal(first, ask(Net(), rows(2, seed=1)))


def test_other_shapes_have_tracks_of_their_own() -> None:
    recorder = FakeRecorder()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    often(tracks, rows(2))

    assert tracks.answer(rows(2, places=4)) is None
    assert tracks.answer(rows(4)) is None
    assert recorder.recorded == 1


def test_more_rows_than_are_ever_recorded_are_left_to_the_network() -> None:
    tracks = Tracks(Net(), ask, CPU, recorder=FakeRecorder())

    assert often(tracks, rows(max(WIDTHS) + 1)) is None


@pytest.mark.parametrize(
    "recorder", [FakeRecorder(wrong=True), FakeRecorder(error=RuntimeError("no such thing"))]
)
def test_what_cannot_be_recorded_is_left_as_it_is(
    recorder: FakeRecorder, caplog: pytest.LogCaptureFixture
) -> None:
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    with caplog.at_level(logging.WARNING):
        assert often(tracks, rows(2), 3 * OFTEN) is None

    assert len(caplog.records) == 1, "said once"


class Careless(FakeRecorder):
    """Knows whether what is asked is recorded or played."""

    at_work = False

    def record(self, work: Work) -> Work:
        def noted() -> Tensor:
            self.at_work = True
            try:
                return work()
            finally:
                self.at_work = False

        return super().record(noted)


@pytest.mark.parametrize(
    "baked",
    [
        lambda now, first: replace(now, latents=first.latents),
        lambda now, first: replace(now, times=first.times),
        lambda now, first: replace(now, conditioning=first.conditioning),
    ],
    ids=["noise", "times", "words"],
)
def test_a_recording_that_reads_something_only_once_is_not_played(
    baked: Callable[[Rows, Rows], Rows],
) -> None:
    recorder, first = Careless(), list[Rows]()

    def asks(network: Any, asked: Rows) -> Tensor:
        if recorder.at_work:
            first.append(example(asked, 2))
            asked = baked(asked, first[0])
        return ask(network, asked)

    tracks = Tracks(Net(), asks, CPU, recorder=recorder)

    assert often(tracks, rows(2)) is None
    assert recorder.recorded == 1


def test_recordings_are_forgotten_and_made_again() -> None:
    recorder = FakeRecorder()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    often(tracks, rows(2))

    tracks.forget()

    assert tracks.answer(rows(2)) is None
    assert often(tracks, rows(2)) is not None
    assert recorder.recorded == 2


def test_what_was_asked_longest_ago_is_forgotten_first() -> None:
    recorder = FakeRecorder()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    for places in range(1, tracks_of.MOST + 2):
        often(tracks, rows(2, places=places))

    assert tracks.answer(rows(2, places=1)) is None
    assert tracks.answer(rows(2, places=tracks_of.MOST + 1)) is not None


def test_nothing_is_recorded_while_a_compiler_is_at_work() -> None:
    recorder, background = FakeRecorder(), Background()
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    begun, may = Future[None](), Future[None]()

    def slow() -> None:
        begun.set_result(None)
        may.result(PATIENCE_S)

    background.ask(slow)
    begun.result(PATIENCE_S)
    meanwhile = often(tracks, rows(2))
    may.set_result(None)
    background.close()
    assert background._thread is not None
    background._thread.join(PATIENCE_S)

    assert meanwhile is None
    assert often(tracks, rows(2)) is not None


def test_without_room_it_is_tried_again_later() -> None:
    recorder = FakeRecorder(error=torch.OutOfMemoryError("CUDA out of memory"))
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    assert often(tracks, rows(2)) is None

    recorder.error = None

    assert often(tracks, rows(2)) is None
    assert often(tracks, rows(2), VERY_OFTEN) is not None


@pytest.mark.parametrize(
    ("told", "ends"),
    [
        ("CUDA error: operation not permitted when stream is capturing", False),
        ("CUDA error: an illegal memory access was encountered", True),
    ],
)
def test_a_card_on_which_nothing_can_be_recorded_goes_on(told: str, ends: bool) -> None:
    recorder = FakeRecorder(error=torch.AcceleratorError(told))
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)

    with pytest.raises(torch.AcceleratorError) if ends else nullcontext():
        assert often(tracks, rows(2)) is None
    recorder.error = None

    assert ends or often(tracks, rows(4)) is None
