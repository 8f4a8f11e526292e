"""Writes a pipeline as single files hold it: in the layout of those who taught the models."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Weights = dict[str, Tensor]

NETWORK, AUTOENCODER = "model.diffusion_model.", "first_stage_model."
# By the family of the pipeline, where its text encoders stand, and whose layout they have.
ENCODERS = {
    "sd": [("cond_stage_model.transformer.", False)],
    "sd2": [("cond_stage_model.model.", True)],
    "sdxl": [
        ("conditioner.embedders.0.transformer.", False),
        ("conditioner.embedders.1.model.", True),
    ],
    "sd3": [
        ("text_encoders.clip_l.transformer.", False),
        ("text_encoders.clip_g.transformer.", False),
    ],
}
RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "time_emb_proj": "emb_layers.1",
    "conv_shortcut": "skip_connection",
}
ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}
OPEN_CLIP = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
SD3_BLOCK = {
    "attn.to_out.0": "x_block.attn.proj",
    "attn.to_add_out": "context_block.attn.proj",
    "attn.norm_q": "x_block.attn.ln_q",
    "attn.norm_k": "x_block.attn.ln_k",
    "attn.norm_added_q": "context_block.attn.ln_q",
    "attn.norm_added_k": "context_block.attn.ln_k",
    "attn2.to_out.0": "x_block.attn2.proj",
    "attn2.norm_q": "x_block.attn2.ln_q",
    "attn2.norm_k": "x_block.attn2.ln_k",
    "norm1.linear": "x_block.adaLN_modulation.1",
    "norm1_context.linear": "context_block.adaLN_modulation.1",
    "ff.net.0.proj": "x_block.mlp.fc1",
    "ff.net.2": "x_block.mlp.fc2",
    "ff_context.net.0.proj": "context_block.mlp.fc1",
    "ff_context.net.2": "context_block.mlp.fc2",
}
SD3_AROUND = {
    "pos_embed.proj": "x_embedder.proj",
    "time_text_embed.timestep_embedder.linear_1": "t_embedder.mlp.0",
    "time_text_embed.timestep_embedder.linear_2": "t_embedder.mlp.2",
    "time_text_embed.text_embedder.linear_1": "y_embedder.mlp.0",
    "time_text_embed.text_embedder.linear_2": "y_embedder.mlp.2",
    "norm_out.linear": "final_layer.adaLN_modulation.1",
    "proj_out": "final_layer.linear",
}
UNET_AROUND = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
}


def checkpoint_of(layout: str, parts: Mapping[str, Any]) -> Weights:
    """All the tensors of the file, by the names that they have there."""
    weights: Weights = {}
    if unet := parts.get("unet"):
        weights |= _under(NETWORK, unet_weights(unet))
    if transformer := parts.get("transformer"):
        weights |= _under(NETWORK, sd3_weights(transformer))
    weights |= _under(AUTOENCODER, autoencoder_weights(parts["vae"]))
    for number, (prefix, open_clip) in enumerate(ENCODERS[layout]):
        encoder = parts["text_encoder" if number == 0 else f"text_encoder_{number + 1}"]
        named = clip_weights(encoder)
        if layout == "sd3" and number == 0:
            # That one is asked for its words only.
            del named["text_projection.weight"]
        weights |= _under(prefix, open_clip_weights(named) if open_clip else named)
    return weights


def unet_weights(unet: Any) -> Weights:
    layers = unet.config.layers_per_block
    attended = [kind.startswith("CrossAttn") for kind in unet.config.up_block_types]

    def renamed(name: str) -> str:
        match re.match(r"(down|up)_blocks\.(\d+)\.(\w+)\.(\d+)\.(.+)", name):
            case re.Match() as found:
                side, block, kind = found[1], int(found[2]), found[3]
                place = block * (layers + 1) + int(found[4])
                match side, kind:
                    case "down", "downsamplers":
                        place = (block + 1) * (layers + 1)
                        return f"input_blocks.{place}.0.op.{found[5].removeprefix('conv.')}"
                    case "up", "upsamplers":
                        place = (block + 1) * (layers + 1) - 1
                        return f"output_blocks.{place}.{2 if attended[block] else 1}.{found[5]}"
                    case "down", _:
                        start = f"input_blocks.{place + 1}"
                    case _:
                        start = f"output_blocks.{place}"
                if kind == "attentions":
                    return f"{start}.1.{found[5]}"
                return f"{start}.0.{_replaced(found[5], RESNET)}"
        if middle := re.match(r"mid_block\.(\w+)\.(\d)\.(.+)", name):
            if middle[1] == "attentions":
                return f"middle_block.1.{middle[3]}"
            return f"middle_block.{2 * int(middle[2])}.{_replaced(middle[3], RESNET)}"
        return _replaced(name, UNET_AROUND)

    return {renamed(name): weights for name, weights in unet.state_dict().items()}


def autoencoder_weights(vae: Any) -> Weights:
    last = len(vae.config.block_out_channels) - 1

    def renamed(name: str) -> str:
        name = name.replace("conv_norm_out", "norm_out").replace("conv_shortcut", "nin_shortcut")
        name = re.sub(r"mid_block\.resnets\.(\d)", lambda at: f"mid.block_{int(at[1]) + 1}", name)
        name = re.sub(r"down_blocks\.(\d)\.resnets", r"down.\1.block", name)
        name = re.sub(r"down_blocks\.(\d)\.downsamplers\.0", r"down.\1.downsample", name)
        name = re.sub(r"up_blocks\.(\d)\.resnets", lambda at: f"up.{last - int(at[1])}.block", name)
        name = re.sub(
            r"up_blocks\.(\d)\.upsamplers\.0", lambda at: f"up.{last - int(at[1])}.upsample", name
        )
        if found := re.match(r"(.+)mid_block\.attentions\.0\.(.+)", name):
            return f"{found[1]}mid.attn_1.{_replaced(found[2], ATTENTION)}"
        return name

    weights = {renamed(name): weights for name, weights in vae.state_dict().items()}
    for name in weights:
        if ".attn_1." in name and name.endswith("weight") and "norm" not in name:
            # There, attention is a convolution of one place.
            weights[name] = weights[name][:, :, None, None]
    return weights


def clip_weights(encoder: Any) -> Weights:
    weights = {
        name
        if name.startswith(("text_model.", "text_projection."))
        else f"text_model.{name}": value
        for name, value in encoder.state_dict().items()
    }
    # What once was saved with it, and means nothing.
    weights["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    return weights


def open_clip_weights(weights: Weights) -> Weights:
    renamed: Weights = {}
    for name, value in weights.items():
        match name.removeprefix("text_model."):
            case "embeddings.position_ids":
                pass
            case "embeddings.position_embedding.weight":
                renamed["positional_embedding"] = value
            case "embeddings.token_embedding.weight":
                renamed["token_embedding.weight"] = value
            case "text_projection.weight":
                renamed["text_projection"] = value.T.contiguous()
            case "final_layer_norm.weight" | "final_layer_norm.bias" as rest:
                renamed[rest.replace("final_layer_norm", "ln_final")] = value
            case str(rest):
                layer = rest.replace("encoder.layers.", "transformer.resblocks.")
                if found := re.match(r"(.+)\.self_attn\.q_proj\.(\w+)", layer):
                    sides = [weights[name.replace("q_proj", side)] for side in _QKV]
                    renamed[f"{found[1]}.attn.in_proj_{found[2]}"] = torch.cat(sides)
                elif not re.search(r"self_attn\.[kv]_proj", layer):
                    renamed[_replaced(layer, OPEN_CLIP)] = value
    return renamed


def sd3_weights(transformer: Any) -> Weights:
    weights = transformer.state_dict()
    last = transformer.config.num_layers - 1
    renamed: Weights = {"pos_embed": weights.pop("pos_embed.pos_embed")}
    for name, value in weights.items():
        swapped = name.startswith(("norm_out", f"transformer_blocks.{last}.norm1_context"))
        value = torch.cat(value.chunk(2)[::-1]) if swapped else value
        found = re.match(r"transformer_blocks\.(\d+)\.(.+)\.(weight|bias)$", name)
        if found is None:
            renamed[_replaced(name, SD3_AROUND)] = value
            continue
        block = f"joint_blocks.{found[1]}"
        if side := re.fullmatch(r"(attn2?)\.(to_q|add_q_proj)", found[2]):
            others = [name.replace("_q", f"_{letter}") for letter in "qkv"]
            where = "x_block" if side[2] == "to_q" else "context_block"
            joined = torch.cat([weights[other] for other in others])
            renamed[f"{block}.{where}.{side[1]}.qkv.{found[3]}"] = joined
        elif not re.fullmatch(r"attn2?\.(to_[kv]|add_[kv]_proj)", found[2]):
            renamed[f"{block}.{SD3_BLOCK[found[2]]}.{found[3]}"] = value
    return renamed


_QKV = ("q_proj", "k_proj", "v_proj")


def _under(prefix: str, weights: Mapping[str, Tensor]) -> Weights:
    return {prefix + name: value for name, value in weights.items()}


def _replaced(name: str, table: Mapping[str, str]) -> str:
    for old, new in table.items():
        if name.startswith(f"{old}.") or f".{old}." in name:
            return name.replace(f"{old}.", f"{new}.", 1)
    return name


def write_sparse(
    file: Path, weights: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None
) -> None:
    """A file of the right length with a header and nothing after it: it takes no room."""
    header: dict[str, Any] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, value in weights.items():
        dtype, width = ("I8", 1) if value.dtype == torch.int8 else ("F16", 2)
        begin, end = end, end + width * value.numel()
        header[name] = {"dtype": dtype, "shape": list(value.shape), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with file.open("wb") as content:
        content.write(len(text).to_bytes(8, "little") + text)
        content.truncate(8 + len(text) + end)
