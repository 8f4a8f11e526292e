"""Models in the data folder are listed, linked from elsewhere, and taken away whole."""

import shutil
from pathlib import Path

import pytest

from engine.errors import BadModel
from engine.gpu.hub.installed import (
    Source,
    copy,
    installed,
    installed_as,
    link,
    moved_aside,
    remove,
)
from engine.gpu.hub.part import part_of
from engine.gpu.models.catalog import BUILT_IN, find, names

SOURCE = Source(repository="org/name", revision="0" * 40, licence="mit")


@pytest.fixture
def folder(models_dir: Path, tmp_path: Path) -> Path:
    """A data folder with the model `tiny` in it."""
    return Path(shutil.copytree(models_dir, tmp_path / "models"))


def test_folders_files_links_and_unfinished_ones_are_listed(folder: Path, models_dir: Path) -> None:
    (folder / "one.safetensors").write_bytes(b"12345678")
    SOURCE.write(folder / "one.source.json")
    (folder / "linked").symlink_to(models_dir / "tiny")
    (folder / "gone").symlink_to("/nowhere")
    (folder / "half.part").mkdir()
    (folder / "notes").mkdir()

    found = {model.name: model for model in installed(folder)}

    assert list(found) == ["gone", "half", "linked", "one", "tiny"]
    assert found["one"].size() == 8
    assert found["one"].source is not None
    assert found["one"].source.origin == "org/name@0000000"
    assert found["linked"].link == models_dir / "tiny"
    assert found["linked"].size() == found["tiny"].size() > 10**6
    assert found["half"].unfinished


def test_where_there_is_no_folder_there_are_none(tmp_path: Path) -> None:
    assert installed(tmp_path / "nowhere") == []


@pytest.mark.parametrize("content", ["", "[]", "{}", "\x00"])
def test_a_damaged_source_is_no_source(folder: Path, content: str) -> None:
    (folder / "tiny" / "source.json").write_text(content)

    (model,) = installed(folder)

    assert model.source is None


@pytest.mark.parametrize("typed", ["org--name", "org/name", "org/name@main", "name"])
def test_a_model_is_called_as_here_or_as_on_the_hub(folder: Path, typed: str) -> None:
    (folder / "tiny").rename(folder / "org--name")
    SOURCE.write(folder / "org--name" / "source.json")

    assert installed_as(typed, installed(folder)).path == folder / "org--name"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("tinny", "Did you mean tiny"),
        ("../models/tiny", "no model"),
        (".", "no model"),
        ("", "no model"),
        ("notes", "no model"),
        (BUILT_IN, "part of Easel"),
    ],
)
def test_only_a_model_of_this_folder_is_meant(folder: Path, typed: str, sentence: str) -> None:
    (folder / "notes").mkdir()

    with pytest.raises(BadModel, match=sentence):
        installed_as(typed, installed(folder))


def test_a_folder_goes_whole(folder: Path) -> None:
    (model,) = installed(folder)

    remove(model)

    assert list(folder.iterdir()) == []


def test_a_file_goes_with_its_source(folder: Path) -> None:
    shutil.rmtree(folder / "tiny")
    (folder / "one.safetensors").write_bytes(b"12345678")
    SOURCE.write(folder / "one.source.json")

    remove(installed_as("one", installed(folder)))

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("target", ["tiny", "tiny/unet/diffusion_pytorch_model.safetensors"])
def test_of_a_link_only_the_link_goes(folder: Path, models_dir: Path, target: str) -> None:
    path = folder / f"linked{(models_dir / target).suffix}"
    path.symlink_to(models_dir / target)

    remove(installed_as("linked", installed(folder)))

    assert not path.is_symlink()
    assert (models_dir / target).exists()


def test_a_link_within_a_model_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "letter.txt").write_text("dear")
    (folder / "tiny" / "more").symlink_to(tmp_path / "precious")

    remove(installed_as("tiny", installed(folder)))

    assert (tmp_path / "precious" / "letter.txt").read_text() == "dear"


def test_an_unfinished_one_goes_too(folder: Path) -> None:
    (folder / "half.part").mkdir()

    remove(installed_as("half", installed(folder)))

    assert names(folder) == [BUILT_IN, "tiny"]
    assert not (folder / "half.part").exists()


def test_what_is_left_of_a_removal_is_no_start_of_a_download(folder: Path) -> None:
    part_of("tiny", folder).folder.mkdir()
    part_of("tiny", folder).pin("1" * 40)

    part = moved_aside(installed_as("tiny", installed(folder)))

    assert names(folder) == [BUILT_IN]
    assert part.pinned is None


def test_a_linked_model_is_found_by_its_name(tmp_path: Path, models_dir: Path) -> None:
    name = link(models_dir / "tiny", tmp_path / "data" / "models")

    assert name == "tiny"
    assert find("tiny", tmp_path / "data" / "models").card.name == "tiny"
    assert (tmp_path / "data" / "models" / "tiny").is_symlink()


def test_a_name_that_is_taken_is_refused(folder: Path, models_dir: Path) -> None:
    with pytest.raises(BadModel, match="There is a model tiny already"):
        link(models_dir / "tiny", folder)


@pytest.mark.parametrize("name", [BUILT_IN, "a,b", "half.part", ".hidden"])
def test_a_name_that_cannot_be_asked_for_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()

    with pytest.raises(BadModel, match="Rename"):
        link(tmp_path / name, tmp_path / "models")

    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("target", ["tiny", "tiny/unet/diffusion_pytorch_model.safetensors"])
def test_where_the_disk_knows_no_links_it_is_copied(
    tmp_path: Path, models_dir: Path, target: str
) -> None:
    path = models_dir / target

    copy(path, tmp_path / path.name)

    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    (copied,) = installed(tmp_path)
    assert copied.size() == sum(
        file.stat().st_size for file in (path, *path.rglob("*")) if file.is_file()
    )
