"""What README says to type is typed, as it stands there."""

import asyncio
import json
import os
import re
import shutil
import sys
from asyncio.subprocess import PIPE
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.bot.web.events.served import ROOT, served

INSTALL = "No curl here: README's lines are not tried. `apt-get install -y curl` brings it."
USUAL = "127.0.0.1:7878"


def lines_with(word: str) -> str:
    """The example of README that has it."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    [found] = [block for block in blocks if word in block]
    return str(found)


@pytest.mark.skipif(shutil.which("curl") is None, reason=INSTALL)
async def test_curl_has_a_picture_painted(tmp_path: Path) -> None:
    here = tmp_path / "run"
    here.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bot "$@"\n')
    here.chmod(0o755)
    data = tmp_path / "data"
    async with served(data) as easel:
        typed = lines_with("curl").replace(USUAL, f"{easel.host}:{easel.port}")
        environment = {**os.environ, "EASEL_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
        shell = await asyncio.create_subprocess_exec(
            *("sh", "-eu"), stdin=PIPE, stdout=PIPE, stderr=PIPE, cwd=tmp_path, env=environment
        )
        said, wrong = await shell.communicate(typed.encode())

    assert shell.returncode == 0, wrong.decode()
    assert json.loads(said)["prompt"] == "a red boat on the sea"
    with Image.open(BytesIO((tmp_path / "boat.png").read_bytes())) as picture:
        assert picture.info["parameters"].startswith("a red boat on the sea")
