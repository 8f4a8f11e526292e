"""What was measured is there at the next start, unless something changed."""

import json
import logging
import os
from pathlib import Path

import pytest

from engine.curve import Curve
from engine.gpu.curves import Curves
from engine.gpu.kept import LARGEST, Kept
from engine.price import Speed

OURS = ("engine 1, a card, float16", "torch 2.13.0", "d1", "512x512")
QUICK = Curve(
    width=512,
    height=512,
    steps=((1, 0.01), (2, 0.012)),
    alone=Speed(row_step=0.006, rest=0.1),
)
SLOW = Curve(width=512, height=512, steps=((2, 9.0),), alone=Speed(row_step=4.5, rest=1.0))


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_what_was_kept_is_there_again(tmp_path: Path) -> None:
    Curves(Kept(tmp_path / "curves")).keep(OURS, QUICK)

    assert Curves(Kept(tmp_path / "curves")).of(OURS) == QUICK


@pytest.mark.parametrize("place", range(len(OURS)))
def test_with_anything_changed_it_is_another_curve(tmp_path: Path, place: int) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    other = (*OURS[:place], "another", *OURS[place + 1 :])

    assert curves.of(other) is None
    assert curves.of((*OURS, "block by block")) is None


def test_with_another_driver_it_is_measured_again(tmp_path: Path) -> None:
    Curves(Kept(tmp_path), driver="570.86").keep(OURS, QUICK)

    assert Curves(Kept(tmp_path), driver="580.12").of(OURS) is None
    assert Curves(Kept(tmp_path), driver="570.86").of(OURS) == QUICK


def test_a_first_start_has_nothing_to_warn_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert Curves(Kept(tmp_path / "curves")).of(OURS) is None
    assert caplog.messages == []


def test_painters_beside_each_other_keep_what_the_other_one_measured(tmp_path: Path) -> None:
    one, other = Curves(Kept(tmp_path)), Curves(Kept(tmp_path))
    theirs = ("engine 1, another card, float16", *OURS[1:])
    one.of(theirs)
    other.of(OURS)

    one.keep(OURS, QUICK)
    other.keep(theirs, SLOW)

    assert (one.of(OURS), one.of(theirs)) == (QUICK, SLOW)
    assert {file.suffix for file in files(tmp_path)} == {".json"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"found": {}}', '{"found": 7}', "null", "[" * 100_000, "\x00"]
)
def test_a_spoilt_file_is_told_of_once_and_measured_again(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    [file] = files(tmp_path)
    file.write_text(text)

    spoilt = curves.of(OURS)
    curves.keep(OURS, SLOW)

    assert spoilt is None
    assert curves.of(OURS) == SLOW
    assert ["counts for nothing" in line for line in caplog.messages] == [True]


def test_a_pipe_in_its_place_is_not_waited_for(tmp_path: Path) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    [file] = files(tmp_path)
    file.unlink()
    os.mkfifo(file)

    assert curves.of(OURS) is None


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    [file] = files(tmp_path)
    file.write_text(file.read_text() + " " * LARGEST)

    assert curves.of(OURS) is None


def test_bytes_that_are_no_text_are_a_spoilt_file(tmp_path: Path) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    files(tmp_path)[0].write_bytes(b"\xff\xfe\xff")

    assert curves.of(OURS) is None


def test_a_folder_that_cannot_be_written_only_means_measuring_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "curves").write_text("a file, where the folder should be")
    curves = Curves(Kept(tmp_path / "curves"))

    with caplog.at_level(logging.WARNING):
        curves.keep(OURS, QUICK)

    assert "begins anew" in caplog.text
    assert curves.of(OURS) is None


def test_what_could_not_be_put_in_its_place_leaves_nothing_beside_it(tmp_path: Path) -> None:
    curves = Curves(Kept(tmp_path))
    curves.keep(OURS, QUICK)
    [file] = files(tmp_path)
    file.unlink()
    file.mkdir()

    curves.keep(OURS, SLOW)

    assert curves.of(OURS) is None
    assert files(tmp_path) == [file]


def test_without_a_folder_nothing_is_kept() -> None:
    curves = Curves(Kept(None))

    curves.keep(OURS, QUICK)

    assert curves.of(OURS) is None


def test_a_file_says_what_it_is_of(tmp_path: Path) -> None:
    Curves(Kept(tmp_path)).keep(OURS, QUICK)

    assert json.loads(files(tmp_path)[0].read_text())["of"] == list(OURS)
