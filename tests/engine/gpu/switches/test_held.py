"""Memory that recordings keep is nobody else's until all of them are forgotten."""

import torch

from engine.gpu.family import Family
from engine.gpu.switches.held import Held
from engine.gpu.switches.tracks import Tracks
from engine.gpu.warm import Warm
from tests.engine.gpu.switches.recording import FakeRecorder, Net, ask, rows
from tests.engine.gpu.together import CPU


def one() -> str:
    return "played"


def test_recordings_share_what_they_keep_until_the_last_is_gone() -> None:
    held, recordings = Held(), [lambda: 1, lambda: 2]
    for recording, grown in zip(recordings, (700, -100), strict=True):
        held.add(recording, grown)
    del recording

    both = held.bytes
    recordings.pop()
    last = held.bytes
    recordings.pop()

    assert (both, last, held.bytes) == (600, 600, 0)


def test_what_is_recorded_after_all_were_forgotten_begins_anew() -> None:
    held = Held()
    held.add(lambda: "forgotten at once", 700)

    held.add(one, 50)

    assert held.bytes == 50


@torch.inference_mode()
def test_loaded_models_tell_what_their_recordings_keep(family: Family) -> None:
    warm = Warm.of({family.card.name: family})
    warm.hold(family.card.name)
    nothing = warm.held_by_recordings()
    family.tracks = Tracks(Net(), ask, CPU, recorder=FakeRecorder(each=50))

    for width in (2, 4):
        family.tracks.prepare(rows(width), compiles=False)
    recorded = warm.held_by_recordings()
    warm.forget_recordings()

    assert (nothing, recorded, warm.held_by_recordings()) == (0, 100, 0)


def test_a_card_that_records_no_more_keeps_what_it_has_recorded() -> None:
    recorder = FakeRecorder(each=50)
    tracks = Tracks(Net(), ask, CPU, recorder=recorder)
    tracks.prepare(rows(2), compiles=False)
    recorder.error = torch.AcceleratorError("operation not permitted when stream is capturing")

    tracks.prepare(rows(4), compiles=False)
    tracks.prepare(rows(6), compiles=False)

    assert tracks.held == 50
