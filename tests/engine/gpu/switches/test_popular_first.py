"""What was asked for often is made ready first at the next start."""

from dataclasses import replace
from pathlib import Path

from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.switches.popular import (
    Popular,
)
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import OFTEN, VERY_OFTEN, Compile, Tracks
from tests.engine.gpu import tiny
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.switches.wished import LIKES, LONE, LONG, TWO, lately, warm_of
from tests.engine.gpu.together import CPU, family_of, recipe


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


def test_what_was_popular_is_recorded_first(tracked: Family, tmp_path: Path) -> None:
    lately(tmp_path, tracked, (TWO, OFTEN), (LONG, 2 * OFTEN), (LONE, OFTEN - 1))

    family, _, _ = restarted(tmp_path)

    assert shapes(family) == [
        "4 rows of 4x16x8, 154",
        "2 rows of 4x8x8, 77",
        "4 rows of 4x16x16, 77",
        "2 rows of 4x16x16, 77",
    ]


def test_what_was_very_popular_is_compiled_before_what_is_usual(
    tracked: Family, tmp_path: Path
) -> None:
    lately(tmp_path, tracked, (TWO, VERY_OFTEN), (LONG, 2 * VERY_OFTEN), (LONE, VERY_OFTEN - 1))

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
    tracked: Family, tmp_path: Path
) -> None:
    lately(tmp_path, tracked, (LIKES, VERY_OFTEN))

    _, recorder, background = restarted(tmp_path)

    assert (recorder.recorded, len(background.asked)) == (2, 1)


def test_what_has_no_room_is_left_to_show_again(tracked: Family, tmp_path: Path) -> None:
    lately(tmp_path, tracked, (replace(LONG, rows=12, width=128), VERY_OFTEN))

    family, _, _ = restarted(tmp_path)

    assert "12 rows" not in " ".join(shapes(family))


def test_without_a_past_it_starts_as_ever(tmp_path: Path) -> None:
    family, _, background = restarted(tmp_path)

    assert shapes(family) == ["4 rows of 4x16x16, 77", "2 rows of 4x16x16, 77"]
    assert len(background.asked) == 1
