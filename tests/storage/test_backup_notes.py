"""The small files of a data folder: what no backup can hold is left out and named."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.backup_contents import LARGEST_NOTE
from storage.backup_draft import Draft
from storage.backup_notes import add_notes
from tests.storage.samples import NOON

SECRET = b"root's alone"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with one list of words."""
    folder = tmp_path / "data"
    (folder / "wildcards").mkdir(parents=True)
    (folder / "wildcards" / "colours.txt").write_text("red")
    (tmp_path / "secret").write_bytes(SECRET)
    return folder


@pytest.fixture
def draft(tmp_path: Path) -> Iterator[Draft]:
    place = tmp_path / "easel.tar"
    with place.open("w+b") as file:
        yield Draft(file=file, place=place, made=NOON)


def held_by(draft: Draft) -> bytes:
    draft.file.flush()
    return draft.place.read_bytes()


def test_one_that_is_too_large_does_not_cost_the_others(folder: Path, draft: Draft) -> None:
    with (folder / "wildcards" / "animals.txt").open("wb") as large:
        large.truncate(LARGEST_NOTE + 1)

    (said,) = add_notes(draft, folder)

    assert "animals.txt is larger than 16 MiB. Make it smaller." in said
    assert list(draft.sums.told()["sha256"]) == ["wildcards/colours.txt"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (b"f\xe4rben.txt", "has a name that no backup can hold. Rename it."),
        (b"a\nb.txt", "has a name that no backup can hold. Rename it."),
        (b"a" * 200 + b".txt", "has too long a name. Shorten it."),
    ],
)
def test_a_name_that_is_none_in_a_backup_does_not_cost_the_others(
    name: bytes, sentence: str, folder: Path, draft: Draft
) -> None:
    (folder / "wildcards" / os.fsdecode(name)).write_text("mine")

    (said,) = add_notes(draft, folder)

    assert said.endswith(sentence)
    assert list(draft.sums.told()["sha256"]) == ["wildcards/colours.txt"]


def test_no_link_is_followed(folder: Path, draft: Draft, tmp_path: Path) -> None:
    for name in ("speeds.json", "wildcards/secret.txt"):
        (folder / name).symlink_to(tmp_path / "secret")

    said = add_notes(draft, folder)

    assert [sentence.endswith("is a link. Put the file itself there.") for sentence in said] == [
        True,
        True,
    ]
    assert SECRET not in held_by(draft)


def test_nor_one_in_place_of_the_folder(folder: Path, draft: Draft, tmp_path: Path) -> None:
    (folder / "wildcards").rename(folder / "others")
    (folder / "others" / "secret.txt").write_bytes(SECRET)
    (folder / "wildcards").symlink_to(folder / "others")

    said = add_notes(draft, folder)

    assert len(said) == 2
    assert SECRET not in held_by(draft)


def test_a_pipe_is_not_waited_for(folder: Path, draft: Draft) -> None:
    os.mkfifo(folder / "wildcards" / "endless.txt")

    (said,) = add_notes(draft, folder)

    assert said.endswith("is no file.")
