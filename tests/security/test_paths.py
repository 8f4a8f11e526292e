"""Whatever a name says, only files in their own folders are opened, listed or changed."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from shutil import copyfile

import numpy as np
import pytest
from safetensors.numpy import save_file

from tests.security.strange_names import names
from tests.security.watched import is_inside, roots_for

ROOT = Path(__file__).parents[2]
FOLDERS = ("loras", "embeddings", "controlnets", "upscalers", "models", "wildcards")


@pytest.fixture
def outside(data_dir: Path) -> Path:
    """A file beside the data folder, and links to it and known things within."""
    secret = data_dir.parent / "secret"
    secret.write_text("secret\n", "utf-8")
    save_file({"lora_te_a.lora_down.weight": np.zeros((1, 1))}, f"{secret}.safetensors")
    for name in FOLDERS:
        folder = data_dir / name
        folder.mkdir(exist_ok=True)
        copyfile(f"{secret}.safetensors", folder / "known.safetensors")
    (data_dir / "wildcards" / "known.txt").write_text("fox\n", "utf-8")
    (data_dir / "folder").mkdir()
    (data_dir / "link").symlink_to(data_dir.parent)
    return secret


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", [12, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.promise(20, count=500)
async def test_no_name_leads_out_of_its_folder(data_dir: Path, outside: Path, count: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.security.watched", str(data_dir), str(outside), str(count)),
        stdout=PIPE,
        cwd=ROOT,
    )
    told, _ = await process.communicate()

    assert process.returncode == 0
    found = json.loads(told)
    assert found["touched"] == []
    # What lies where it should was touched, so somebody listened.
    assert found["looks"] > count


@pytest.mark.parametrize("name", [".env", "easel.toml", "secrets/postgres_password.txt", "data/a"])
def test_whoever_watches_takes_what_opens_something_for_outside(data_dir: Path, name: str) -> None:
    roots = roots_for(data_dir)

    assert not is_inside(str(ROOT / name), roots)
    assert is_inside(str(ROOT / "bot" / "web" / "app.py"), roots)


def test_there_are_enough_names() -> None:
    assert len(names(500, "/tmp/secret")) == 500
