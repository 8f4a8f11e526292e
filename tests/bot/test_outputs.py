"""Where pictures go: checked before, written whole, nothing overwritten unasked."""

import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

from bot.outputs import free_places, growing, places, require_writable, write, write_new
from engine.errors import InvalidRequest, StorageFailed

pytestmark = pytest.mark.usefixtures("folder")


@contextmanager
def small_files_only() -> Iterator[None]:
    """The kernel ends every file after 100 bytes, as a full disk does; the test's own log too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_several_pictures_are_numbered() -> None:
    assert places("out.png", 1) == [Path("out.png")]
    assert places("new/out.png", 2) == [Path("new/out-1.png"), Path("new/out-2.png")]


@pytest.mark.parametrize("output", ["out.png", "./out.png", "out", "OUT.PNG"])
def test_a_free_name_in_a_folder_that_is_there_can_be_written(output: str) -> None:
    require_writable(output, 1)

    assert os.listdir() == []


@pytest.mark.parametrize(
    ("output", "mend"),
    [
        ("", "is no file"),
        ("/", "is no file"),
        ("missing/out.png", "There is no folder missing"),
        ("folder", "is a folder. Name a file in it: folder/picture.png"),
        ("file/out.png", "There is no folder file"),
        ("out.jpg", r"I write PNG files: name it out\.png"),
        ("x" * 300 + ".png", "File name too long"),
        ("/proc/out.png", "cannot write in the folder /proc|may not write in|no folder"),
    ],
)
def test_what_cannot_be_written_is_said_before(output: str, mend: str) -> None:
    Path("folder").mkdir()
    Path("file").touch()

    with pytest.raises(InvalidRequest, match=mend):
        require_writable(output, 1)


def test_every_numbered_name_is_looked_at() -> None:
    Path("out-2.png").mkdir()

    with pytest.raises(InvalidRequest, match=r"out-2\.png is a folder"):
        require_writable("out.png", 2)


def test_writing_takes_the_place_of_what_was_there() -> None:
    Path("out.png").write_bytes(b"old")

    write(Path("out.png"), b"new")

    assert Path("out.png").read_bytes() == b"new"
    assert os.listdir() == ["out.png"]


def test_a_link_stays_a_link() -> None:
    Path("link.png").symlink_to("real.png")

    write(Path("link.png"), b"new")

    assert Path("link.png").is_symlink()
    assert Path("real.png").read_bytes() == b"new"


def test_a_device_stays_a_device() -> None:
    write(Path("/dev/null"), b"new")

    assert Path("/dev/null").is_char_device()


def test_what_fails_leaves_nothing_behind() -> None:
    Path("out.png").mkdir()
    Path("out.png/inside").touch()

    with pytest.raises(StorageFailed, match="I could not write"):
        write(Path("out.png"), b"new")

    assert os.listdir() == ["out.png"]


def test_a_disk_that_fills_up_leaves_the_old_picture() -> None:
    Path("out.png").write_bytes(b"old")

    with pytest.raises(StorageFailed, match="I could not write"), small_files_only():
        write(Path("out.png"), b"new" * 100)

    assert os.listdir() == ["out.png"]
    assert Path("out.png").read_bytes() == b"old"


def test_what_grows_is_in_its_place_once_it_is_whole() -> None:
    Path("all.zip").write_bytes(b"before")

    with growing(Path("all.zip")) as file:
        file.write(b"one ")
        meanwhile = Path("all.zip").read_bytes()
        file.write(b"two")

    assert (meanwhile, Path("all.zip").read_bytes()) == (b"before", b"one two")
    assert os.listdir() == ["all.zip"]


@pytest.mark.parametrize("error", [StorageFailed("no"), OSError(28, "No space left on device")])
def test_what_stops_growing_leaves_nothing_behind(error: Exception) -> None:
    Path("all.zip").write_bytes(b"before")

    def grow() -> None:
        with growing(Path("all.zip")) as file:
            file.write(b"one ")
            raise error

    with pytest.raises(StorageFailed):
        grow()

    assert Path("all.zip").read_bytes() == b"before"
    assert os.listdir() == ["all.zip"]


def test_names_after_the_prompt_are_short_and_harmless() -> None:
    assert next(free_places("A red circle, (big:1.3)!")) == Path("a-red-circle-big-1-3.png")
    assert next(free_places("../../etc/passwd")) == Path("etc-passwd.png")
    assert next(free_places("!?")) == Path("picture.png")
    assert len(str(next(free_places("word " * 100)))) < 60


def test_nothing_is_overwritten_unasked() -> None:
    Path("a-fox.png").write_bytes(b"old")

    place = write_new(free_places("a fox"), b"new")

    assert place == Path("a-fox-2.png")
    assert (Path("a-fox.png").read_bytes(), place.read_bytes()) == (b"old", b"new")


def test_without_a_free_name_nothing_is_written() -> None:
    Path("a-fox.png").write_bytes(b"old")

    with pytest.raises(StorageFailed, match="no free name"):
        write_new(islice(free_places("a fox"), 1), b"new")

    assert os.listdir() == ["a-fox.png"]
