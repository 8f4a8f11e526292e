"""The Dockerfile's steps, done in a folder: what comes of them is a whole Easel."""

import os
from pathlib import Path

import pytest

from tests.deploy.dockerfile import ROOT, stages_in
from tests.deploy.followed import Followed, really

PICTURE = b"\x89PNG"


def test_only_users_and_folders_of_the_system_are_left_to_docker(image: Followed) -> None:
    [step] = image.left_out

    assert step.startswith("useradd ")
    assert image.folder == "/opt/easel"


def test_easel_starts_from_what_is_copied(image: Followed) -> None:
    shown = image.shell("./run --help")
    places = image.shell(
        ".venv/bin/python -P -c 'import bot.app, engine, storage, migrations\n"
        "for each in (bot, engine, storage, migrations): print(each.__path__[0])'"
    )

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "imagine" in shown.stdout
    assert [Path(line).parent for line in places.stdout.split()] == [image.here] * 4


def test_it_knows_its_version(image: Followed) -> None:
    here = image.shell("./run --version").stdout

    assert here.startswith("easel ")
    assert "unknown" not in here


# In every run the service paints from it, in tests/deploy/test_served.py.
@pytest.mark.slow
def test_it_paints_from_what_is_copied(image: Followed, tmp_path: Path) -> None:
    painted = image.shell(
        f"./run imagine 'a red boat' --steps 1 --seed 1 -o {tmp_path}/boat.png",
        EASEL_DATA_DIR=str(tmp_path / "data"),
        OMP_NUM_THREADS="1",
    )

    assert painted.returncode == 0, painted.stderr
    assert (tmp_path / "boat.png").read_bytes().startswith(PICTURE)


def test_nothing_but_what_is_copied_lies_there(image: Followed) -> None:
    assert {each.name for each in image.here.iterdir()} == {
        ".venv",
        "LICENSE",
        "bot",
        "deploy",
        "engine",
        "migrations",
        "pyproject.toml",
        "requirements.lock",
        "run",
        "storage",
    }
    assert {each.name for each in (image.here / "deploy").iterdir()} == {
        "bake",
        "healthy.py",
        "watcher-key",
    }


def test_what_is_started_may_be_executed(image: Followed) -> None:
    for name in ("run", "deploy/bake", "deploy/watcher-key"):
        assert (image.here / name).stat().st_mode & 0o111 == 0o111


def test_whoever_paints_may_read_all_of_it(image: Followed) -> None:
    for folder, _, files in os.walk(image.here):
        assert Path(folder).stat().st_mode & 0o555 == 0o555, folder
        for file in files:
            assert (Path(folder) / file).stat().st_mode & 0o444 == 0o444, file


@pytest.mark.slow
@pytest.mark.timeout(2400)
def test_every_step_works_with_new_packages(tmp_path: Path) -> None:
    # As by --build-arg, where this machine has its packages from elsewhere.
    given = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    image = Followed(root=tmp_path / "root", stages=stages_in(), perform=really, given=given)
    image.follow("easel")
    outside = {"PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}

    painted = image.shell(
        f"./run imagine 'a red boat' --steps 1 --seed 1 -o {tmp_path}/boat.png",
        EASEL_DATA_DIR=str(tmp_path / "data"),
        **outside,
    )
    packages = {each.name for each in (image.here / ".venv").glob("lib/*/site-packages/*")}

    assert painted.returncode == 0, painted.stderr
    assert (tmp_path / "boat.png").read_bytes().startswith(PICTURE)
    assert {"torch", "aiohttp", "discord", "asyncpg"} <= packages
    assert not {"pytest", "playwright", "mypy", "pip", "hypothesis"} & packages


def test_the_script_refuses_a_build_of_torch_that_there_is_not(tmp_path: Path) -> None:
    for name in ("run", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "run").chmod(0o755)
    empty = Followed(root=tmp_path, stages={}, perform=really)

    refused = empty.shell("./run --set-up-only", TORCH_BUILD="rocm")

    assert refused.returncode == 1
    assert refused.stderr == "TORCH_BUILD must be cpu or cuda, not rocm.\n"
