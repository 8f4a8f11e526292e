"""Models are found by name or path, and refused in sentences that say the mend."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.card import MOST_SKIPPED
from engine.errors import BadModel
from engine.gpu.models.catalog import BUILT_IN, find, names


@pytest.fixture
def copied(models_dir: Path, tmp_path: Path) -> Path:
    """A folder of models that may be spoilt."""
    return Path(shutil.copytree(models_dir, tmp_path / "models"))


def change(file: Path, **changes: Any) -> None:
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}))


def from_hub(models: Path, folder: str) -> None:
    """The model as if it had been downloaded into that folder."""
    shutil.copytree(models / "tiny", models / folder)
    (models / folder / "source.json").write_text("{}")


def test_a_model_is_found_by_name_and_by_path(models_dir: Path) -> None:
    by_name = find("tiny", models_dir)
    by_path = find(str(models_dir / "tiny"), Path("nowhere"))

    assert by_name == by_path
    assert by_name.card.name == "tiny"


def test_the_card_says_what_the_files_say(models_dir: Path) -> None:
    card = find("tiny", models_dir).card

    assert (card.family, card.width, card.height, card.sampler) == ("sd", 128, 128, "Euler")
    assert len(card.digest) == 64


def test_no_more_is_skipped_than_reads_the_prompt(copied: Path) -> None:
    words = copied / "tiny/text_encoder/config.json"
    config = json.loads(words.read_text())

    for layers, most in ((2, 2), (23, MOST_SKIPPED), (None, MOST_SKIPPED)):
        config["num_hidden_layers"] = layers
        told = {name: value for name, value in config.items() if value is not None}
        words.write_text(json.dumps(told))

        assert find("tiny", copied).card.clip_skip == most


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
    (copied / "tiny/card.json").write_text('{"steps": 12, "guidance": 4.0, "knows": ["fox"]}')

    card = find("tiny", copied).card

    assert (card.steps, card.guidance, card.knows) == (12, 4.0, ("fox",))


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


def test_an_inpainting_model_is_one_of_its_family(copied: Path) -> None:
    change(copied / "tiny/unet/config.json", in_channels=9)
    change(copied / "tiny/model_index.json", _class_name="StableDiffusionInpaintPipeline")

    assert find("tiny", copied).card.family == "sd"


@pytest.mark.parametrize("config", [{"in_channels": 8}, {"time_cond_proj_dim": 256}])
def test_a_special_kind_of_model_is_refused(copied: Path, config: dict[str, int]) -> None:
    change(copied / "tiny/unet/config.json", **config)

    with pytest.raises(BadModel, match="Take the usual kind"):
        find("tiny", copied)


@pytest.mark.parametrize(
    ("width", "name"), [(768, "SD 1.x"), (1024, "SD 2.x"), (128, "SD with text width 128")]
)
def test_the_card_says_what_loras_must_be_made_for(copied: Path, width: int, name: str) -> None:
    change(copied / "tiny/unet/config.json", cross_attention_dim=width)

    assert find("tiny", copied).card.architecture == name


def test_a_model_with_an_outdated_sampler_is_painted_with_a_better_one(copied: Path) -> None:
    scheduler = copied / "tiny/scheduler/scheduler_config.json"
    change(scheduler, _class_name="PNDMScheduler")
    pndm = find("tiny", copied).card
    change(scheduler, _class_name="DDIMScheduler")
    ddim = find("tiny", copied).card

    assert pndm.sampler == "DPM++ 2M Karras"
    assert "PNDM" in pndm.samplers
    assert ddim.sampler == "DDIM"


@pytest.mark.parametrize(
    ("wish", "value"),
    [
        ("steps", 0),
        ("steps", 2.5),
        ("steps", True),
        ("steps", 151),
        ("steps", int("1" + "0" * 400)),
        ("largest", "512"),
        ("largest", 63),
        ("largest", 2049),
        ("guidance", -0.5),
        ("guidance", 30.5),
        ("guidance", -1e300),
        ("guidance", "high"),
        ("guidance", float("nan")),
        ("sampler", "Oiler"),
        ("sampler", 3),
        ("knows", "fox"),
        ("knows", ["fox", 3]),
    ],
)
def test_a_wish_that_cannot_be_is_refused(copied: Path, wish: str, value: object) -> None:
    (copied / "tiny/card.json").write_text(json.dumps({wish: value}))

    with pytest.raises(BadModel, match=rf"card\.json of tiny: {wish} is "):
        find("tiny", copied)


def test_a_model_of_the_hub_goes_by_three_names(copied: Path) -> None:
    from_hub(copied, "acme--fox")

    found = [find(name, copied) for name in ("acme/fox", "fox", "acme--fox", "acme/fox@main")]

    assert names(copied) == [BUILT_IN, "fox", "tiny"]
    assert [model.card.name for model in found] == ["fox"] * 4


def test_models_of_one_name_are_told_apart_by_their_owners(copied: Path) -> None:
    for folder in ("acme--fox", "zoo--fox", "zoo--fox@v2", f"zoo--{BUILT_IN}"):
        from_hub(copied, folder)

    told_apart = ["acme/fox", "zoo/fox", "zoo/fox@v2", f"zoo/{BUILT_IN}"]
    assert sorted(names(copied)) == sorted([BUILT_IN, "tiny", *told_apart])
    for name in names(copied):
        assert find(name, copied).card.name == name


def test_two_dashes_in_a_name_of_ones_own_stay(copied: Path) -> None:
    (copied / "tiny").rename(copied / "tiny--two")

    assert names(copied) == [BUILT_IN, "tiny--two"]
    assert find("tiny--two", copied).card.name == "tiny--two"


@pytest.mark.parametrize("name", ["acme/fox", "acme/fox@v2", "acme/fox/pruned.safetensors"])
def test_a_model_of_the_hub_that_is_not_here_says_how_to_get_it(copied: Path, name: str) -> None:
    with pytest.raises(BadModel, match=f"easel models add {name}$"):
        find(name, copied)


def test_files_that_are_hidden_are_no_models(copied: Path) -> None:
    (copied / "tiny").rename(copied / ".tiny")
    (copied / ".other.safetensors").write_bytes(b"")

    assert names(copied) == [BUILT_IN]


def test_a_file_that_is_no_model_is_refused_by_name_and_by_path(copied: Path) -> None:
    weights = copied / "tiny/unet/diffusion_pytorch_model.safetensors"
    file = Path(shutil.copy(weights, copied / "single.safetensors"))

    for name in ("single", "single.safetensors", str(file)):
        with pytest.raises(BadModel, match=r"single\.safetensors is only the network"):
            find(name, copied)


def test_a_folder_with_one_file_in_it_is_that_file(copied: Path) -> None:
    folder = copied / "tiny/unet"

    with pytest.raises(BadModel, match="is only the network"):
        find(str(folder), copied)


def test_a_folder_with_several_files_says_to_name_one(copied: Path) -> None:
    folder = copied / "tiny/unet"
    shutil.copy(folder / "diffusion_pytorch_model.safetensors", folder / "a.safetensors")

    with pytest.raises(BadModel, match=r"Name one: .*a\.safetensors"):
        find(str(folder), copied)


def test_a_pickle_is_found_by_its_name_and_refused(copied: Path) -> None:
    (copied / "old.ckpt").write_bytes(b"anything")

    with pytest.raises(BadModel, match=r"old\.ckpt is a pickle"):
        find("old", copied)


def test_a_pickle_that_calls_itself_safetensors_is_refused(copied: Path) -> None:
    (copied / "old.safetensors").write_bytes(b"PK\x03\x04" + bytes(100))

    with pytest.raises(BadModel, match=r"old\.safetensors is a pickle"):
        find("old", copied)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "", "/", "../..", "~nobody-of-that-name"])
def test_names_that_nothing_can_have_are_refused(copied: Path, name: str) -> None:
    with pytest.raises(BadModel):
        find(name, copied)


def test_a_pickled_checkpoint_is_refused(copied: Path) -> None:
    (copied / "old.ckpt").write_bytes(b"\x80\x02")

    with pytest.raises(BadModel, match="is a pickle"):
        find(str(copied / "old.ckpt"), copied)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match=r"has no model_index\.json"):
        find(str(tmp_path), tmp_path)


def test_looking_at_models_needs_no_torch() -> None:
    look = "import sys, engine.gpu.models.catalog; sys.exit('torch' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
