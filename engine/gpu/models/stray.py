"""Stray files: weights that are no whole model, told by the names of their tensors."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from engine.addon import Kind

_CHECKPOINT = "Get the checkpoint that includes everything, or the model as a diffusers folder."
_FOLDER = "Get the model as a diffusers folder (the one with a model_index.json)."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """What the file is, in words that follow “is”, and what to do. `sign` is in a tensor's name."""

    what: str
    mend: str
    sign: re.Pattern[str]


def _stray(what: str, mend: str, *signs: str) -> Stray:
    return Stray(what=what, mend=mend, sign=re.compile("|".join(signs)))


def _addon(kind: Kind, what: str, *signs: str) -> Stray:
    return _stray(what, f"Its place is the folder {kind.value}, beside the folder models.", *signs)


# These say what they are, whatever else is in the file.
CERTAIN = (
    _addon(
        Kind.LORA,
        "a LoRA, which changes a model and is none",
        r"\.lora_(down|up|A|B|mid|linear_layer)\b",
        r"\.lora\.(down|up)\.",
        r"\.(hada_w1_a|lokr_w1|lokr_w1_a|oft_blocks|oft_diag|dora_scale)$",
    ),
    _addon(
        Kind.CONTROLNET,
        "a ControlNet, which guides a model and is none",
        r"^control_model\.",
        r"^(controlnet\.)?controlnet_(cond_embedding|down_blocks|blocks|x_embedder|mode_embedder)\.",
        r"^input_hint_block\.",
        r"^lllite_",
    ),
    _addon(
        Kind.IP_ADAPTER,
        "an IP-Adapter, which shows a model a picture and is none",
        r"^(image_proj|ip_adapter)\.",
    ),
    _addon(
        Kind.EMBEDDING,
        "an embedding, which teaches a model a word and is none",
        r"^(emb_params|clip_l|clip_g|<[^>]*>)$",
    ),
    _addon(
        Kind.UPSCALER,
        "an upscaler, which enlarges pictures",
        r"^(params(_ema)?\.)?(model\.1\.sub\.|body\.\d+\.rdb\d|RRDB_trunk\.|conv_first\.weight$)",
    ),
    _stray(
        "the refiner of SDXL, which only finishes what another model began",
        "Take the base model.",
        r"^conditioner\.embedders\.0\.model\.",
    ),
    _stray(
        "a Playground model, which wants noise of its own kind",
        "Take another model of SDXL.",
        r"^edm_(mean|std)$",
    ),
    _stray(
        "a distilled model, which wants to be told its guidance in another way",
        "Take the usual kind.",
        r"^model\.diffusion_model\.time_embed\.cond_proj\.",
    ),
    _stray(
        "a FLUX model in one file, which lacks the words that its text encoder reads",
        _FOLDER,
        r"(^|\.)double_blocks\.0\.img_attn\.norm\.key_norm\.",
        r"^(transformer\.)?single_transformer_blocks\.0\.",
    ),
    _stray(
        "a motion module, which makes films",
        "Take a model that paints pictures.",
        r"(^|\.)motion_modules\.",
    ),
)

# These are parts of whole models too, so they say it only where nothing else is there.
ALONE = (
    _stray(
        "a checkpoint of a kind that I do not know",
        "I know those of SD 1.x, SD 2.x, SDXL, SD3 and SD 3.5 as they were published.",
        r"^model\.diffusion_model\.",
    ),
    _stray(
        "only the network of a model, without its autoencoder and its text encoder",
        _CHECKPOINT,
        r"^(unet\.)?(down_blocks|input_blocks)\.0\.",
        r"^(transformer\.)?(joint_blocks|transformer_blocks)\.0\.",
    ),
    _stray(
        "only an autoencoder (VAE)",
        f"It lies in the folder vae of a model already. {_CHECKPOINT}",
        r"^(first_stage_model\.|vae\.)?(encoder|decoder)\.conv_in\.",
    ),
    _stray(
        "only a text encoder",
        _CHECKPOINT,
        r"^(cond_stage_model|conditioner|text_encoders|text_model|transformer\.text_model)\.",
        r"^(encoder\.block\.0\.layer|transformer\.resblocks)\.",
    ),
)


def stray_among(names: Iterable[str], strays: Iterable[Stray]) -> Stray | None:
    """The first that the names of the tensors show."""
    listed = list(names)
    return next((stray for stray in strays if any(map(stray.sign.search, listed))), None)
