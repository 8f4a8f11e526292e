"""Opening a painter: from a name to a picture."""

import asyncio
import logging
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.addon import Kind
from engine.errors import BadModel, Misconfigured, PaintingFailed
from engine.extra import Extra
from engine.gpu.addons.shelves import shelves_at
from engine.gpu.hand import hand_of
from engine.gpu.kept import Kept
from engine.gpu.models.catalog import find
from engine.gpu.painter import kept_in, open_painter
from engine.safety import Policy
from engine.shortcut import Shortcut
from engine.switch import Chosen, Switch
from tests.engine.gpu.checkers import UNSAFE, save_classifier
from tests.engine.gpu.together import CPU, recipe

GONE = Extra(name="neon", digest="0")


async def test_a_name_becomes_a_painter_and_writes_nothing_on_the_terminal(
    models_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    card = find("tiny", models_dir).card

    async with open_painter(["tiny"], models_dir=models_dir, device="cpu") as painter:
        assert painter.cards == {"tiny": replace(card, hand=hand_of(CPU))}
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


async def test_a_shortcut_that_the_device_cannot_take_is_refused(models_dir: Path) -> None:
    shortcuts = frozenset({Shortcut.FP8})

    with pytest.raises(Misconfigured, match="fp8, which needs an NVIDIA card"):
        async with open_painter(["tiny"], models_dir=models_dir, device="cpu", shortcuts=shortcuts):
            pass


async def test_a_device_that_is_not_there_is_refused(models_dir: Path) -> None:
    with pytest.raises(Misconfigured, match="cuda:99"):
        async with open_painter(["tiny"], models_dir=models_dir, device="cuda:99"):
            pass


async def test_it_takes_its_addons_from_the_shelves_that_all_look_at(
    models_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / Kind.LORA).mkdir()
    (tmp_path / Kind.LORA / "pick.ckpt").write_bytes(b"anything")
    asked = recipe(digest=find("tiny", models_dir).card.digest, loras=(GONE,))
    opening = open_painter(["tiny"], models_dir=models_dir, device="cpu", addons_dir=tmp_path)

    with caplog.at_level(logging.INFO, "engine.gpu.addons"):
        shelves_at(tmp_path).look()
        async with opening as painter:
            with pytest.raises(PaintingFailed, match="“neon” of that recipe is gone"):
                await painter.paint(asked, {}, lambda *_: None)

    assert [line.startswith("the LoRA pick.ckpt cannot") for line in caplog.messages] == [True]


async def test_with_safety_on_an_unsafe_picture_leaves_the_painter_blurred(
    models_dir: Path, tmp_path: Path
) -> None:
    policy = Policy(measure="blur", model=save_classifier(tmp_path, UNSAFE))
    card = find("tiny", models_dir).card
    asked = recipe(model="tiny", digest=card.digest, steps=8)
    seen: list[bytes | None] = []

    async with open_painter(["tiny"], models_dir=models_dir, device="cpu") as painter:
        open_hand = painter.cards["tiny"].hand
        plain = await painter.paint(asked, {}, lambda step, preview: seen.append(preview))
    previews = [preview for preview in seen if preview]
    seen.clear()
    async with open_painter(
        ["tiny"], models_dir=models_dir, device="cpu", safety=policy
    ) as painter:
        checked_hand = painter.cards["tiny"].hand
        blurred = await painter.paint(asked, {}, lambda step, preview: seen.append(preview))

    assert plain.notes == ()
    assert blurred.notes == ("Blurred as unsafe: porn 1.00.",)
    assert pixels_of(blurred.png) != pixels_of(plain.png)
    assert previews
    assert not any(seen)
    # Else history would show what was painted before it was checked.
    assert checked_hand != open_hand


async def test_each_picture_is_looked_at_as_it_is_wanted_where_it_was_asked_for(
    models_dir: Path, tmp_path: Path
) -> None:
    policy = Policy(model=save_classifier(tmp_path, UNSAFE))
    card = find("tiny", models_dir).card
    free = recipe(model="tiny", digest=card.digest, steps=8)
    seen: dict[str, list[bytes | None]] = {"free": [], "strict": []}

    async with open_painter(
        ["tiny"], models_dir=models_dir, device="cpu", safety=policy
    ) as painter:
        plain, blurred = await asyncio.gather(
            painter.paint(free, {}, lambda _, preview: seen["free"].append(preview)),
            painter.paint(
                replace(free, safety="blur"),
                {},
                lambda _, preview: seen["strict"].append(preview),
            ),
        )

    assert plain.notes == ()
    assert blurred.notes == ("Blurred as unsafe: porn 1.00.",)
    assert any(seen["free"])
    assert not any(seen["strict"])


async def test_what_must_be_looked_at_is_not_painted_where_nothing_can(models_dir: Path) -> None:
    card = find("tiny", models_dir).card
    asked = recipe(model="tiny", digest=card.digest, safety="mark")

    async with open_painter(["tiny"], models_dir=models_dir, device="cpu") as painter:
        with pytest.raises(PaintingFailed, match="EASEL_SAFETY_MODEL"):
            await painter.paint(asked, {}, lambda *_: None)


async def test_a_card_is_measured_and_a_processor_is_not(models_dir: Path, tmp_path: Path) -> None:
    async with open_painter(
        ["tiny"], models_dir=models_dir, device="cpu", curves_dir=tmp_path / "curves"
    ) as painter:
        assert painter.curves == {}

    assert not (tmp_path / "curves").exists()
    assert kept_in(Kept(tmp_path), CPU) is None
    assert kept_in(Kept(tmp_path), torch.device("cuda:1")) is not None


def found_in(folder: Path) -> int:
    return len([*folder.glob("*.json")])


@pytest.mark.parametrize("measures", [True, False])
async def test_what_is_found_out_at_the_start_is_kept_where_anything_is(
    models_dir: Path, tmp_path: Path, measures: bool
) -> None:
    async with open_painter(
        ["tiny"],
        models_dir=models_dir,
        device="cpu",
        switches=Chosen(only=frozenset({Switch.ATTENTION})),
        measures=measures,
        curves_dir=tmp_path / "curves",
    ) as painter:
        card = painter.cards["tiny"]

    assert Switch.ATTENTION in card.hand
    assert found_in(tmp_path / "curves") == int(measures)


async def test_models_that_do_not_fit_together_take_turns(models_dir: Path, tmp_path: Path) -> None:
    names = ["tiny", "other"]
    for name in names:
        shutil.copytree(models_dir / "tiny", tmp_path / name)
    models_dir = tmp_path
    cards = {name: find(name, models_dir).card for name in names}

    async with open_painter(names, models_dir=models_dir, device="cpu", model_memory=1) as painter:
        pictures = [
            await painter.paint(recipe(model=name, digest=cards[name].digest), {}, ignore)
            for name in [*names, *names]
        ]

    assert len({pixels_of(picture.png) for picture in pictures}) == 1


def pixels_of(png: bytes) -> bytes:
    return Image.open(BytesIO(png)).tobytes()


def ignore(step: int, preview: bytes | None) -> None:
    """Tells nobody."""
