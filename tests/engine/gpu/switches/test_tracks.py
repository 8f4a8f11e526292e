"""What is asked often is recorded and compiled, and answers like the network or not at all."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.gpu.rows import Rows
from engine.gpu.switches import tracks as tracks_of
from engine.gpu.switches.background import Background
from engine.gpu.switches.compiling import compiled
from engine.gpu.switches.recorder import Work
from engine.gpu.switches.shape import WIDTHS
from engine.gpu.switches.track import MOST_TRIES, example
from engine.gpu.switches.tracks import OFTEN, VERY_OFTEN, Compile, Tracks
from tests.engine.gpu.switches.recording import FakeRecorder, Later

CPU = torch.device("cpu")
PATIENCE_S = 60.0


class Net(nn.Module):
    """Answers each row by itself, and remembers how many rows it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
        self.asked.append(len(latents))
        return latents * times[:, None] + words.sum(1)[:, None]


class Scaled(Net):
    """What is compiled of it fits only as long as it stays as it is."""

    scale = 1.0

    def forward(self, latents: Tensor, times: Tensor, words: Tensor) -> Tensor:
        return (latents * times[:, None] + words.sum(1)[:, None]) * self.scale


def ask(network: Any, rows: Rows) -> Tensor:
    answer: Tensor = network(rows.latents, rows.times, rows.conditioning["words"])
    return answer


def rows(count: int, *, places: int = 3, seed: int = 0) -> Rows:
    generator = torch.Generator().manual_seed(seed)
    return Rows(
        latents=torch.randn(count, places, generator=generator),
        times=torch.rand(count, generator=generator),
        conditioning={"words": torch.randn(count, 5, generator=generator)},
    )


def often(tracks: Tracks, asked: Rows, times: int = OFTEN) -> Tensor | None:
    for _ in range(times - 1):
        tracks.answer(asked)
    return tracks.answer(asked)


def compiling(network: Callable[..., Tensor], background: Later) -> Compile:
    return Compile(compiled=lambda: network, background=background)


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
