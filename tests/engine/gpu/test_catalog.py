"""Models are found by name or path, and refused in sentences that say the mend."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadModel
from engine.gpu.catalog import BUILT_IN, find, names


@pytest.fixture
def copied(models_dir: Path, tmp_path: Path) -> Path:
    """A folder of models that may be spoilt."""
    return Path(shutil.copytree(models_dir, tmp_path / "models"))


def change(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def test_a_model_is_found_by_name_and_by_path(models_dir: Path) -> None:
    by_name = find("tiny", models_dir)
    by_path = find(str(models_dir / "tiny"), Path("nowhere"))

    assert by_name == by_path
    assert by_name.card.name == "tiny"


def test_the_card_says_what_the_files_say(models_dir: Path) -> None:
    card = find("tiny", models_dir).card

    assert (card.family, card.width, card.height, card.sampler) == ("sd", 128, 128, "Euler")
    assert len(card.digest) == 64


def test_the_built_in_model_is_always_among_the_names(models_dir: Path) -> None:
    assert names(models_dir) == [BUILT_IN, "tiny"]
    assert names(models_dir / "nowhere") == [BUILT_IN]


def test_a_wrong_name_is_answered_with_the_nearest(models_dir: Path) -> None:
    with pytest.raises(BadModel, match="Did you mean tiny"):
        find("tinny", models_dir)


def test_the_digest_follows_the_weights_and_the_noise(copied: Path) -> None:
    before = find("tiny", copied).card.digest
    change(copied / "tiny/scheduler/scheduler_config.json", beta_end=0.02)

    assert find("tiny", copied).card.digest != before


def test_a_model_may_say_what_it_likes(copied: Path) -> None:
    (copied / "tiny/card.json").write_text('{"steps": 12, "guidance": 4.0}')

    card = find("tiny", copied).card

    assert (card.steps, card.guidance) == (12, 4.0)


def test_a_wish_that_is_none_is_refused(copied: Path) -> None:
    (copied / "tiny/card.json").write_text('{"step": 12}')

    with pytest.raises(BadModel, match="Did you mean steps"):
        find("tiny", copied)


def test_damaged_weights_are_found_before_they_are_loaded(copied: Path) -> None:
    file = copied / "tiny/unet/diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])

    with pytest.raises(BadModel, match="Download it again"):
        find("tiny", copied)


def test_a_folder_of_pickles_is_refused(copied: Path) -> None:
    part = copied / "tiny/vae"
    (part / "diffusion_pytorch_model.safetensors").rename(part / "diffusion_pytorch_model.bin")

    with pytest.raises(BadModel, match="is a pickle"):
        find("tiny", copied)


def test_missing_weights_are_named(copied: Path) -> None:
    (copied / "tiny/vae/diffusion_pytorch_model.safetensors").unlink()

    with pytest.raises(BadModel, match="no weights in vae"):
        find("tiny", copied)


@pytest.mark.parametrize("name", ["model_index.json", "unet/config.json"])
@pytest.mark.parametrize("content", ["", "[]", "{", "\x00"])
def test_damaged_descriptions_are_named(copied: Path, name: str, content: str) -> None:
    (copied / "tiny" / name).write_text(content)

    with pytest.raises(BadModel, match=r"is missing or damaged"):
        find("tiny", copied)


def test_a_description_without_its_sizes_is_refused(copied: Path) -> None:
    change(copied / "tiny/unet/config.json", sample_size=None)

    with pytest.raises(BadModel, match="sizes"):
        find("tiny", copied)


def test_another_family_is_refused_with_what_is_possible(copied: Path) -> None:
    change(copied / "tiny/model_index.json", _class_name="KandinskyPipeline")

    with pytest.raises(
        BadModel, match=r"KandinskyPipeline, which I cannot .* StableDiffusionPipeline"
    ):
        find("tiny", copied)


def test_an_inpainting_model_is_refused(copied: Path) -> None:
    change(copied / "tiny/unet/config.json", in_channels=9)

    with pytest.raises(BadModel, match="Take the usual kind"):
        find("tiny", copied)


def test_a_checkpoint_in_one_file_is_refused_with_a_way_out(copied: Path) -> None:
    weights = copied / "tiny/unet/diffusion_pytorch_model.safetensors"
    shutil.copy(weights, copied / "single.safetensors")

    with pytest.raises(BadModel, match="diffusers folder"):
        find("single", copied)


def test_a_pickled_checkpoint_is_refused(copied: Path) -> None:
    (copied / "old.ckpt").write_bytes(b"\x80\x02")

    with pytest.raises(BadModel, match="is a pickle"):
        find(str(copied / "old.ckpt"), copied)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"has no model_index\.json"):
        find(str(tmp_path), tmp_path)


def test_looking_at_models_needs_no_torch() -> None:
    look = "import sys, engine.gpu.catalog; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
