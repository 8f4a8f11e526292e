"""deploy/bake: models of the hub go into the image, pinned, and are what is painted with."""

import asyncio
import shutil
from pathlib import Path

import pytest

from engine.gpu.models.catalog import BUILT_IN_FOLDER
from tests.deploy.dockerfile import stages_in
from tests.deploy.followed import Followed
from tests.hub_server.app import open_hub
from tests.hub_server.shelf import Repository, files_in


@pytest.fixture
def fresh(image: Followed, tmp_path: Path) -> Followed:
    """The image, once more: what is baked in belongs to one test."""
    root = tmp_path / "root"
    shutil.copytree(image.root, root, symlinks=True)
    return Followed(
        root=root,
        stages=image.stages,
        perform=image.perform,
        environment=dict(image.environment),
        folder=image.folder,
    )


def bake_step() -> str:
    """As it stands in the Dockerfile."""
    step = stages_in()["with-weights"].last("RUN")
    assert step
    return step.said


async def test_a_model_is_in_the_image_and_painted_with(fresh: Followed, tmp_path: Path) -> None:
    repository = Repository()
    commit = repository.commit(files_in(BUILT_IN_FOLDER) | {"notes.bin": b"not needed"})
    data = {"EASEL_DATA_DIR": str(tmp_path / "data"), "OMP_NUM_THREADS": "1"}

    async with open_hub() as hub:
        hub.repositories["somebody/book"] = repository
        baked = await asyncio.to_thread(
            fresh.shell,
            bake_step(),
            MODELS=f"somebody/book@{commit}",
            HF_ENDPOINT=hub.address,
        )
    listed = fresh.shell("./run models list", **data)

    assert baked.returncode == 0, baked.stderr
    assert (fresh.here / "weights" / "book" / "source.json").is_file()
    assert not list((fresh.here / "weights").rglob("*.bin"))
    assert "book" in [line.split()[0] for line in listed.stdout.splitlines() if line]
    assert not (tmp_path / "data" / "models").exists()


@pytest.mark.parametrize(
    ("models", "why"),
    [
        ("", "Name the models: --build-arg MODELS="),
        ("somebody/book", "Name each model with its commit"),
        ("somebody/book@main", "Name each model with its commit"),
        ("book@" + "0" * 40, "Name each model with its commit"),
    ],
)
def test_what_would_be_another_image_tomorrow_is_refused(
    fresh: Followed, models: str, why: str
) -> None:
    refused = fresh.shell(bake_step(), MODELS=models)

    assert refused.returncode == 1
    assert why in refused.stderr
    assert not (fresh.here / "easel.toml").exists()


def test_two_models_of_one_name_are_refused(fresh: Followed) -> None:
    (fresh.here / "weights").mkdir()
    (fresh.here / "weights" / "book.safetensors").write_bytes(b"")

    refused = fresh.shell(bake_step(), MODELS="other/book@" + "0" * 40)

    assert refused.returncode == 1
    assert "would be called book" in refused.stderr
