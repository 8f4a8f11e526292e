"""A folder is a model only with the files of every part, tokenizers among them."""

import json
import shutil
from pathlib import Path

import pytest

from engine.errors import BadModel
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.models.architecture import FAMILIES
from engine.gpu.models.catalog import find
from tests.engine.gpu import tiny


@pytest.fixture
def copied(models_dir: Path, tmp_path: Path) -> Path:
    """A folder of models that may be spoilt."""
    return Path(shutil.copytree(models_dir, tmp_path / "models"))


@pytest.fixture(scope="module")
def with_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one model in it whose third text encoder is a T5. To be read only."""
    folder = tmp_path_factory.mktemp("models")
    tiny.sd3().save_pretrained(folder / "large")
    return folder


def index_with(folder: Path, **parts: object) -> None:
    file = folder / "model_index.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **parts}))


@pytest.mark.parametrize("part", ["tokenizer", "text_encoder", "scheduler", "vae", "unet"])
def test_a_part_without_its_folder_is_named(copied: Path, part: str) -> None:
    shutil.rmtree(copied / "tiny" / part)

    with pytest.raises(BadModel, match=rf"{part}\b.*Download"):
        find("tiny", copied)


def test_a_tokenizer_without_words_is_refused_with_the_files_that_it_needs(copied: Path) -> None:
    (copied / "tiny/tokenizer/tokenizer.json").unlink()

    with pytest.raises(BadModel, match=r"in tokenizer: tokenizer\.json, or vocab\.json and merges"):
        find("tiny", copied)


def test_a_tokenizer_that_does_not_say_how_much_it_reads_is_refused(copied: Path) -> None:
    (copied / "tiny/tokenizer/tokenizer_config.json").unlink()

    with pytest.raises(BadModel, match=r"tokenizer/tokenizer_config\.json is missing or damaged"):
        find("tiny", copied)


@pytest.mark.parametrize("missing", [None, "vocab.json", "merges.txt"])
def test_words_may_lie_in_two_files_but_not_in_one_of_them(
    copied: Path, missing: str | None
) -> None:
    part = copied / "tiny/tokenizer"
    (part / "tokenizer.json").unlink()
    (part / "vocab.json").write_text('{"fox": 0}')
    (part / "merges.txt").write_text("f ox")

    if missing is None:
        assert find("tiny", copied)
        return
    (part / missing).write_text("")
    with pytest.raises(BadModel, match="tokenizer"):
        find("tiny", copied)


def test_the_words_of_a_t5_are_of_another_kind(with_t5: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(with_t5, tmp_path / "models"))
    part = folder / "large/tokenizer_3"
    (part / "tokenizer.json").rename(part / "vocab.json")
    (part / "merges.txt").write_text("f ox")

    with pytest.raises(BadModel, match=r"in tokenizer_3: tokenizer\.json, or spiece\.model"):
        find("large", folder)
    (part / "spiece.model").write_bytes(b"words")
    assert find("large", folder)


def test_what_the_index_says_is_not_there_need_not_be(with_t5: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(with_t5, tmp_path / "models"))
    index_with(folder / "large", text_encoder_3=[None, None], tokenizer_3=[None, None])
    for part in ("text_encoder_3", "tokenizer_3"):
        shutil.rmtree(folder / "large" / part)

    assert find("large", folder)


@pytest.mark.parametrize("part", ["tokenizer", "scheduler", "unet"])
def test_an_index_that_names_too_little_is_refused(copied: Path, part: str) -> None:
    index_with(copied / "tiny", **{part: [None, None]})

    with pytest.raises(BadModel, match=rf"model_index\.json of tiny names no {part}\."):
        find("tiny", copied)


def test_a_part_that_is_loaded_though_no_picture_needs_it_must_be_whole(copied: Path) -> None:
    index_with(copied / "tiny", image_encoder=["transformers", "CLIPVisionModelWithProjection"])

    with pytest.raises(BadModel, match="no weights in image_encoder"):
        find("tiny", copied)


def test_a_part_that_is_not_loaded_need_not_be_there(copied: Path) -> None:
    before = find("tiny", copied).card
    index_with(
        copied / "tiny",
        safety_checker=["stable_diffusion", "StableDiffusionSafetyChecker"],
        feature_extractor=["transformers", "CLIPImageProcessor"],
        unheard_of=["diffusers", "AutoencoderKL"],
    )

    after = find("tiny", copied).card

    assert (after.family, after.steps) == (before.family, before.steps)
    assert FAMILIES["StableDiffusionPipeline"].unused <= set(StableDiffusion.without)
