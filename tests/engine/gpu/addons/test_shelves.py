"""What lies on the shelves, and for which kind of model it is made."""

import logging
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.addon import Kind
from engine.errors import InvalidRequest, PaintingFailed
from engine.gpu.addons.shelves import NOWHERE, Shelves, shelves_at
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import KOHYA_XL, Shelving, Tensors, kohya, old, peft
from tests.engine.gpu.together import CARD


def layer(name: str, reads: int, *, down: str = ".lora_down.weight") -> Tensors:
    up = down.replace("down", "up").replace("lora_A", "lora_B")
    return {name + down: torch.ones(1, reads), name + up: torch.ones(3, 1)}


def words(reads: int, **rest: Tensors) -> Tensors:
    return layer("lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k", reads)


TOKENS = "text_model_encoder_layers_0_self_attn_q_proj"
LORAS: dict[str, tuple[Tensors, str]] = {
    "kohya, SD 1": (words(768), "SD 1.x"),
    "kohya, SD 2": (words(1024), "SD 2.x"),
    "kohya, SDXL": (words(2048), "SDXL"),
    "kohya, SDXL by its two encoders": (
        layer(f"lora_te1_{TOKENS}", 768) | layer(f"lora_te2_{TOKENS}", 1280),
        "SDXL",
    ),
    "kohya, a text encoder that several have": (layer(f"lora_te_{TOKENS}", 768), ""),
    "kohya, sgm names": (
        layer("lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_v", 2048),
        "SDXL",
    ),
    "kohya, FLUX": (layer("lora_unet_double_blocks_0_img_attn_qkv", 3072), "FLUX"),
    "kohya, FLUX with a CLIP": (
        layer("lora_unet_single_blocks_3_linear1", 3072) | layer(f"lora_te1_{TOKENS}", 768),
        "FLUX",
    ),
    "kohya, SD3": (layer("lora_unet_joint_blocks_0_x_block_attn_qkv", 1536), "SD3"),
    "diffusers, SD 1": (
        layer("unet.mid_block.attentions.0.attn2.to_k", 768, down=".lora_A.weight"),
        "SD 1.x",
    ),
    "old diffusers, SD 2": (
        layer("unet.mid_block.attn2.processor.to_k_lora", 1024, down=".down.weight"),
        "SD 2.x",
    ),
    "diffusers, SD3": (
        layer("transformer.transformer_blocks.0.attn.to_q", 1536, down=".lora_A.weight"),
        "SD3",
    ),
    "diffusers, FLUX": (
        layer("transformer.transformer_blocks.0.attn.to_q", 3072, down=".lora_A.weight"),
        "FLUX",
    ),
    "diffusers, FLUX by its blocks": (
        layer("transformer.single_transformer_blocks.0.attn.to_q", 3072, down=".lora_A.weight"),
        "FLUX",
    ),
    "nothing known": (layer("some.layer", 7), ""),
}


@pytest.mark.parametrize("case", LORAS)
def test_a_lora_tells_by_its_shapes_what_it_is_made_for(case: str, shelving: Shelving) -> None:
    tensors, architecture = LORAS[case]
    shelving.put(Kind.LORA, "neon", tensors)

    (addon,) = shelving.shelves.look().addons

    assert addon.architecture == architecture


TINY: dict[str, tuple[Callable[[], Any], Callable[[Any], Tensors], str]] = {
    "sd from kohya": (tiny.pipeline, kohya, "SD with text width 32"),
    "sd from diffusers": (tiny.pipeline, lambda pipe: peft(pipe, "unet"), "SD with text width 32"),
    "sd from old diffusers": (tiny.pipeline, old, "SD with text width 32"),
    "sdxl": (tiny.sdxl, lambda pipe: kohya(pipe, KOHYA_XL), "SDXL with text width 96"),
    "flux": (tiny.flux, lambda pipe: peft(pipe, "transformer"), "FLUX"),
}


@pytest.mark.parametrize("case", TINY)
def test_whole_loras_tell_it_too(case: str, shelving: Shelving) -> None:
    pipe, make, architecture = TINY[case]
    shelving.put(Kind.LORA, "neon", make(pipe()))

    (addon,) = shelving.shelves.look().addons

    assert addon.architecture == architecture


@pytest.mark.parametrize(
    ("told", "architecture"),
    [
        ({"ss_base_model_version": "sdxl_base_v1-0"}, "SDXL"),
        ({"modelspec.architecture": "stable-diffusion-v1/lora"}, "SD 1.x"),
        ({"modelspec.architecture": "flux-1-dev/lora"}, "FLUX"),
        ({"ss_base_model_version": "another"}, ""),
    ],
)
def test_where_shapes_tell_nothing_its_trainer_may_have(
    told: dict[str, str], architecture: str, shelving: Shelving
) -> None:
    shelving.put(Kind.LORA, "neon", layer("lora_unet_mid_block_proj_in", 1280), **told)

    (addon,) = shelving.shelves.look().addons

    assert addon.architecture == architecture


@pytest.mark.parametrize(
    ("tensors", "architecture"),
    [
        ({"emb_params": torch.ones(3, 768)}, "SD 1.x"),
        ({"<token>": torch.ones(1024)}, "SD 2.x"),
        ({"clip_l": torch.ones(2, 768), "clip_g": torch.ones(2, 1280)}, "SDXL"),
        ({"emb_params": torch.ones(3, 32)}, "SD with text width 32"),
        ({"a": torch.ones(3, 768), "b": torch.ones(3, 768)}, ""),
    ],
)
def test_an_embedding_tells_by_its_widths_what_it_is_made_for(
    tensors: Tensors, architecture: str, shelving: Shelving
) -> None:
    shelving.put(Kind.EMBEDDING, "word", tensors)

    (addon,) = shelving.shelves.look().addons

    assert addon.architecture == architecture


def test_a_pickle_is_not_on_the_shelf_and_the_log_says_so_once(
    shelving: Shelving, caplog: pytest.LogCaptureFixture
) -> None:
    folder = shelving.root / Kind.EMBEDDING
    folder.mkdir()
    torch.save({"string_to_param": {}}, folder / "old.pt")
    (folder / "hidden.safetensors").write_bytes(pickle.dumps({"emb_params": [1.0]}))

    with caplog.at_level(logging.INFO):
        found = [shelving.shelves.look(), shelving.shelves.look()]

    assert not any(shelf.addons for shelf in found)
    assert [record.levelname for record in caplog.records] == ["INFO"] * 2
    assert all("pickle" in told for told in caplog.messages)


def test_whoever_asks_for_what_cannot_be_used_hears_why(shelving: Shelving) -> None:
    folder = shelving.root / Kind.LORA
    folder.mkdir()
    torch.save({"weight": torch.ones(1)}, folder / "pick.safetensors")

    with pytest.raises(InvalidRequest, match=r"LoRA “pick” .* is a pickle.* as \.safetensors"):
        shelving.shelves.look().find(Kind.LORA, "Pick", CARD)


def test_all_in_one_program_look_at_the_same_shelves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / Kind.LORA).mkdir()
    (tmp_path / Kind.LORA / "old.ckpt").write_bytes(b"anything")

    with caplog.at_level(logging.INFO):
        found = [shelves_at(tmp_path).look(), shelves_at(tmp_path / "." / Kind.LORA / "..").look()]
        again = shelves_at(tmp_path).look()

    assert [len(shelf.refused) for shelf in (*found, again)] == [1, 1, 1]
    assert len(caplog.messages) == 1


def test_a_damaged_file_is_not_on_the_shelf(shelving: Shelving) -> None:
    file = shelving.put(Kind.LORA, "neon", words(768))
    file.write_bytes(file.read_bytes()[:-1])

    assert not shelving.shelves.look().addons


def test_a_file_is_found_by_its_digest_while_it_is_that_file(shelving: Shelving) -> None:
    file = shelving.put(Kind.LORA, "neon", words(768))
    (before,) = shelving.shelves.look().addons

    assert shelving.shelves.file(Kind.LORA, "neon", before.digest) == file

    shelving.put(Kind.LORA, "neon", words(1024))
    (after,) = shelving.shelves.look().addons
    assert after.architecture == "SD 2.x"
    with pytest.raises(PaintingFailed, match="LoRA “neon” of that recipe is gone or has changed"):
        shelving.shelves.file(Kind.LORA, "neon", before.digest)


def test_a_file_that_was_exchanged_since_anybody_looked_is_not_taken_for_the_old_one(
    shelving: Shelving,
) -> None:
    shelving.put(Kind.LORA, "neon", words(768))
    (before,) = shelving.shelves.look().addons
    shelving.put(Kind.LORA, "neon", words(1024))

    with pytest.raises(PaintingFailed, match="gone or has changed"):
        shelving.shelves.file(Kind.LORA, "neon", before.digest)


def test_a_folder_with_a_link_to_nothing_hides_no_other(
    shelving: Shelving, caplog: pytest.LogCaptureFixture
) -> None:
    shelving.put(Kind.CONTROLNET, "canny", words(768))
    broken = shelving.root / Kind.CONTROLNET / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}")
    (broken / "weights.safetensors").symlink_to(broken / "nowhere")

    with caplog.at_level(logging.INFO):
        found = [shelving.shelves.look(), shelving.shelves.look()]

    assert [[addon.name for addon in shelf.addons] for shelf in found] == [["canny"], ["canny"]]
    assert len(caplog.messages) == 1


def test_other_files_and_folders_are_left_alone(shelving: Shelving) -> None:
    shelving.put(Kind.LORA, "neon", words(768))
    (shelving.root / Kind.LORA / "neon.png").write_bytes(b"a picture")
    (shelving.root / Kind.LORA / "more.safetensors").mkdir()

    assert [addon.name for addon in shelving.shelves.look().addons] == ["neon"]


def test_without_folders_there_is_nothing() -> None:
    assert not Shelves(NOWHERE).look().addons


def test_what_a_lora_likes_is_read_from_beside_it(shelving: Shelving) -> None:
    file = shelving.put(Kind.LORA, "lcm v1.5", words(768))
    beside = file.with_name("lcm v1.5.card.json")
    (before,) = shelving.shelves.look().addons

    beside.write_text('{"steps": 6, "guidance": 1.5, "sampler": "LCM"}', "utf-8")
    (after,) = shelving.shelves.look().addons
    beside.unlink()
    (again,) = shelving.shelves.look().addons

    assert (after.steps, after.guidance, after.sampler) == (6, 1.5, "LCM")
    assert (before.steps, before.guidance, before.sampler) == (None, None, None)
    assert after.digest == before.digest
    assert again == before


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ('{"stepz": 6}', "Did you mean steps"),
        ('{"knows": ["fox"]}', "card.json of lcm: "),
        ('{"steps": 0}', "steps is a whole number from 1 to 150, not 0"),
        ('{"steps": 1000000}', "steps is a whole number from 1 to 150, not 1000000"),
        ('{"steps": 1%s}' % ("0" * 400), "steps is a whole number from 1 to 150, not 1000"),
        ('{"guidance": -5}', "guidance is a number from 0 to 30, not -5"),
        ('{"sampler": "Eular"}', "sampler is the name of a sampler"),
    ],
)
def test_a_lora_that_likes_nonsense_is_refused_with_the_mend(
    written: str, why: str, shelving: Shelving
) -> None:
    file = shelving.put(Kind.LORA, "lcm", words(768))
    file.with_name("lcm.card.json").write_text(written, "utf-8")

    (refused,) = shelving.shelves.look().refused

    assert why in refused.why


def test_a_file_that_nobody_thought_of_spoils_no_other(shelving: Shelving) -> None:
    shelving.put(Kind.LORA, "neon", words(768))
    odd = shelving.root / Kind.CONTROLNET / "odd"
    odd.mkdir(parents=True)
    (odd / "config.json").write_text('{"_class_name": []}', "utf-8")

    shelf = shelving.shelves.look()

    assert [addon.name for addon in shelf.addons] == ["neon"]
    assert [refused.name for refused in shelf.refused] == ["odd"]
