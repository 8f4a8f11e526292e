"""Finds models on the disk and says what they are, without loading them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.card import ModelCard
from engine.errors import BadModel
from engine.gpu.weights import PICKLE_ENDINGS, digest_of, require_safetensors
from engine.nearest import did_you_mean
from engine.request import LARGEST
from engine.sampler import SAMPLERS

BUILT_IN = "picturebook"
BUILT_IN_FOLDER = Path(__file__).parents[1] / "picturebook" / "weights"
INDEX = "model_index.json"
FAMILIES = {"StableDiffusionPipeline": "sd"}
PARTS = ("unet", "vae", "text_encoder")
# Beside model_index.json: what the model likes best, where the usual values do not fit it.
WISHES = "card.json"
WISHABLE = frozenset({"largest", "steps", "guidance", "sampler"})
USUAL_SAMPLER = "DPM++ 2M Karras"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model that can be loaded, and from where."""

    card: ModelCard
    folder: Path


def names(models_dir: Path) -> list[str]:
    """Every model that can be asked for by name, the built-in one first."""
    found = [index.parent.name for index in sorted(models_dir.glob(f"*/{INDEX}"))]
    return [BUILT_IN, *(name for name in found if name != BUILT_IN)]


def find(name: str, models_dir: Path) -> Model:
    """Raises BadModel where there is none of that name or path, or where it cannot be used."""
    folder = _folder(name, models_dir)
    return Model(card=card_of(folder, BUILT_IN if name == BUILT_IN else folder.name), folder=folder)


def card_of(folder: Path, name: str) -> ModelCard:
    """What the folder's own files say of the model. Raises BadModel where a file is not right."""
    index = _read(folder / INDEX)
    kind = str(index.get("_class_name"))
    if kind not in FAMILIES:
        raise BadModel(
            f"{name} is a {kind}, which I cannot paint with. I can with: {', '.join(FAMILIES)}."
        )
    files = [file for part in PARTS for file in _weights(folder / part, name)]
    files += [file for file in folder.glob("*/*.json") if file.is_file()]
    unet, vae = (_read(folder / part / "config.json") for part in ("unet", "vae"))
    scheduler = _read(folder / "scheduler" / "scheduler_config.json")
    try:
        if unet["in_channels"] != vae["latent_channels"] or unet.get("time_cond_proj_dim"):
            raise BadModel(
                f"{name} is a Stable Diffusion of a special kind (for inpainting or distilled), "
                "which I cannot paint with yet. Take the usual kind."
            )
        side = int(unet["sample_size"]) * 2 ** (len(vae["block_out_channels"]) - 1)
    except (KeyError, TypeError, ValueError):
        raise BadModel(f"{name} has a config.json without its sizes. Download it again.") from None
    card = ModelCard(
        name=name,
        family=FAMILIES[kind],
        digest=digest_of({*files, folder / INDEX}, folder),
        width=side,
        height=side,
        largest=min(LARGEST, 2 * side),
        steps=20,
        guidance=7.5,
        sampler=_sampler(scheduler),
    )
    return _as_wished(card, folder / WISHES)


def _folder(name: str, models_dir: Path) -> Path:
    if name == BUILT_IN:
        return BUILT_IN_FOLDER
    path = Path(name).expanduser()
    for candidate in (models_dir / name, models_dir / f"{name}.safetensors", path):
        if (candidate / INDEX).is_file():
            return candidate.resolve()
        if candidate.is_file():
            require_safetensors(candidate)
            raise BadModel(
                f"{candidate.name} is a checkpoint in a single file, which I cannot open yet. "
                "Get the same model as a diffusers folder (the one with a model_index.json)."
            )
        if candidate.is_dir() and candidate == path:
            raise BadModel(f"{path} has no {INDEX}. Name the folder that has one.")
    raise BadModel(
        f"I have no model “{name}”. {did_you_mean(name, names(models_dir))} "
        f"More models go into {models_dir}, each in a folder of its own."
    )


def _weights(part: Path, name: str) -> list[Path]:
    """The weight files of one part, each looked at."""
    files = sorted(part.glob("*.safetensors"))
    if not files:
        pickles = [file for file in part.glob("*") if file.suffix in PICKLE_ENDINGS]
        for pickle in sorted(pickles):
            require_safetensors(pickle)
        raise BadModel(f"{name} has no weights in {part.name}. Download it again.")
    for file in files:
        require_safetensors(file)
    for index in part.glob("*.safetensors.index*.json"):
        shards = {part / str(shard) for shard in _read(index).get("weight_map", {}).values()}
        if missing := sorted(shard.name for shard in shards if not shard.is_file()):
            raise BadModel(f"{name} has no {missing[0]} in {part.name}. Download it again.")
    return files


def _read(file: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise BadModel(
            f"{file.parent.name}/{file.name} is missing or damaged. Download the model again."
        )
    return content


def _sampler(config: Mapping[str, Any]) -> str:
    """The name of the sampler that the model came with, or else a good one."""
    karras = bool(config.get("use_karras_sigmas"))
    for sampler in SAMPLERS.values():
        same_spacing = bool(sampler.options.get("use_karras_sigmas")) == karras
        if sampler.scheduler == config.get("_class_name") and same_spacing:
            return sampler.name
    return USUAL_SAMPLER


def _as_wished(card: ModelCard, file: Path) -> ModelCard:
    if not file.is_file():
        return card
    wishes = _read(file)
    if unknown := sorted(set(wishes) - WISHABLE):
        raise BadModel(f"{file.name} of {card.name}: {did_you_mean(unknown[0], sorted(WISHABLE))}")
    return replace(card, **wishes)
