"""A file that is no whole model is told apart by the names of its tensors."""

from pathlib import Path

import pytest

from engine.errors import BadModel
from engine.gpu.models.catalog import find
from tests.engine.gpu.models.published import UNET, empty, put

STRAYS = {
    "a LoRA": ["lora_unet_down_blocks_0_attentions_0_proj_in.lora_down.weight"],
    "a LoRA, ": ["unet.down_blocks.0.attentions.0.to_q.lora_A.weight"],
    "a ControlNet": ["control_model.time_embed.0.weight"],
    "a ControlNet, ": ["controlnet_cond_embedding.conv_in.weight", "conv_in.weight"],
    "an IP-Adapter": ["image_proj.proj.weight", "ip_adapter.1.to_k_ip.weight"],
    "an embedding": ["emb_params"],
    "an embedding, ": ["clip_g", "clip_l"],
    "an upscaler": ["model.0.weight", "model.1.sub.0.RDB1.conv1.0.weight"],
    "the refiner": ["conditioner.embedders.0.model.ln_final.bias", f"{UNET}time_embed.0.weight"],
    "a distilled model": [f"{UNET}time_embed.cond_proj.weight"],
    "a FLUX model": ["double_blocks.0.img_attn.norm.key_norm.scale"],
    "a FLUX model ": [f"{UNET}double_blocks.0.img_attn.norm.key_norm.scale", "text_encoders.a"],
    "a motion module": ["down_blocks.0.motion_modules.0.temporal_transformer.norm.weight"],
    "a checkpoint of a kind": [f"{UNET}blocks.0.attn.weight", "vae.encoder.conv_in.weight"],
    "only the network": ["down_blocks.0.resnets.0.conv1.weight", "conv_in.weight"],
    "only the network ": ["joint_blocks.0.x_block.attn.qkv.weight"],
    "only an autoencoder": ["encoder.conv_in.weight", "decoder.conv_in.weight"],
    "only an autoencoder ": ["first_stage_model.decoder.conv_in.weight"],
    "only a text encoder": ["text_model.encoder.layers.0.mlp.fc1.weight"],
    "only a text encoder ": ["encoder.block.0.layer.0.layer_norm.weight"],
}


@pytest.mark.parametrize("what", STRAYS)
def test_a_file_that_is_no_whole_model_is_told_what_it_is(tmp_path: Path, what: str) -> None:
    put(tmp_path, {name: empty(1) for name in STRAYS[what]})

    with pytest.raises(BadModel, match=rf"^it\.safetensors is {what.strip()}"):
        find("it", tmp_path)


@pytest.mark.parametrize(
    ("what", "folder"),
    [
        ("a LoRA", "loras"),
        ("a ControlNet", "controlnets"),
        ("an IP-Adapter", "ip-adapters"),
        ("an embedding", "embeddings"),
        ("an upscaler", "upscalers"),
    ],
)
def test_an_add_on_is_told_where_it_belongs(tmp_path: Path, what: str, folder: str) -> None:
    put(tmp_path, {name: empty(1) for name in STRAYS[what]})

    with pytest.raises(BadModel, match=f"Its place is the folder {folder}, beside"):
        find("it", tmp_path)


def test_a_lora_for_flux_is_a_lora(tmp_path: Path) -> None:
    put(tmp_path, {"transformer.single_transformer_blocks.0.attn.to_k.lora_A.weight": empty(1)})

    with pytest.raises(BadModel, match="is a LoRA"):
        find("it", tmp_path)


def test_a_file_of_nothing_known_says_what_is(tmp_path: Path) -> None:
    put(tmp_path, {"weight": empty(1)})

    with pytest.raises(BadModel, match=r"I do not know what it\.safetensors is.*SD 1\.x"):
        find("it", tmp_path)
