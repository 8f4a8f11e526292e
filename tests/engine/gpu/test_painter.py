"""Opening a painter: from a name to a picture."""

import shutil
from pathlib import Path

import pytest

from engine.errors import BadModel, Misconfigured
from engine.gpu.catalog import find
from engine.gpu.painter import open_painter
from tests.engine.gpu.together import recipe


async def test_a_name_becomes_a_painter_and_writes_nothing_on_the_terminal(
    models_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    card = find("tiny", models_dir).card

    async with open_painter(["tiny"], models_dir=models_dir, device="cpu") as painter:
        assert painter.cards == {"tiny": card}
        picture = await painter.paint(recipe(digest=card.digest), {}, lambda *_: None)

    assert picture.png.startswith(b"\x89PNG")
    assert capfd.readouterr() == ("", "")


async def test_weights_that_do_not_fit_their_description_are_refused(
    models_dir: Path, tmp_path: Path
) -> None:
    models = Path(shutil.copytree(models_dir, tmp_path / "models"))
    config = models / "tiny/vae/config.json"
    config.write_text(config.read_text().replace('"layers_per_block": 1', '"layers_per_block": 2'))

    with pytest.raises(BadModel, match="tiny cannot be loaded"):
        async with open_painter(["tiny"], models_dir=models, device="cpu"):
            pass


async def test_a_model_that_is_not_there_is_refused(models_dir: Path) -> None:
    with pytest.raises(BadModel, match="tiny"):
        async with open_painter(["tinny"], models_dir=models_dir, device="cpu"):
            pass


async def test_a_device_that_is_not_there_is_refused(models_dir: Path) -> None:
    with pytest.raises(Misconfigured, match="cuda:99"):
        async with open_painter(["tiny"], models_dir=models_dir, device="cuda:99"):
            pass
