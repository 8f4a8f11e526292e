"""Finds models on the disk and says what they are, without loading them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.card import ModelCard
from engine.errors import BadModel
from engine.gpu.architecture import FAMILIES, Architecture, is_special, likes
from engine.gpu.weights import PICKLE_ENDINGS, digest_of, require_safetensors
from engine.nearest import did_you_mean
from engine.request import LARGEST
from engine.sampler import SAMPLERS, Noise, Solver

BUILT_IN = "picturebook"
BUILT_IN_FOLDER = Path(__file__).parents[1] / "picturebook" / "weights"
INDEX = "model_index.json"
# Beside model_index.json: what the model likes best, where the usual values do not fit it.
WISHES = "card.json"
# What else than its class makes a sampler the one that people know by a name.
TELLING = {
    "use_karras_sigmas": False,
    "use_exponential_sigmas": False,
    "use_beta_sigmas": False,
    "algorithm_type": "dpmsolver++",
    "solver_order": 2,
}
# These cannot shift their steps by the size of the picture.
UNSHIFTED = frozenset({"FlowMatchHeunDiscreteScheduler"})
WISHABLE = frozenset({"largest", "steps", "guidance", "sampler"})


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
    pipeline = str(index.get("_class_name"))
    kind = FAMILIES.get(pipeline)
    if kind is None:
        raise BadModel(
            f"{name} is a {pipeline}, which I cannot paint with. I can with: {', '.join(FAMILIES)}."
        )
    parts = (kind.network, "vae", *_encoders(index, kind))
    files = [file for part in parts for file in _weights(folder / part, name)]
    files += [file for file in folder.glob("*/*.json") if file.is_file()]
    network, vae = (_read(folder / part / "config.json") for part in (kind.network, "vae"))
    scheduler = _read(folder / "scheduler" / "scheduler_config.json")
    try:
        if is_special(network, vae, kind):
            raise BadModel(
                f"{name} is a special kind of {pipeline} (for inpainting or distilled), "
                "which I cannot paint with yet. Take the usual kind."
            )
        side, largest = _sizes(network, vae, kind)
    except (KeyError, TypeError, ValueError):
        raise BadModel(f"{name} has a config.json without its sizes. Download it again.") from None
    steps, guidance = likes(network, kind)
    card = ModelCard(
        name=name,
        family=kind.family,
        digest=digest_of({*files, folder / INDEX}, folder),
        width=side,
        height=side,
        largest=largest,
        multiple=kind.multiple,
        steps=steps,
        guidance=guidance,
        sampler=_sampler(scheduler, kind.noise) or kind.sampler,
        samplers=_samplers(scheduler, kind.noise),
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


def _encoders(index: Mapping[str, Any], kind: Architecture) -> list[str]:
    """Those that the model has. Some come without the largest, and say so."""
    return [part for part in kind.encoders if index.get(part) != [None, None]]


def _sizes(
    network: Mapping[str, Any], vae: Mapping[str, Any], kind: Architecture
) -> tuple[int, int]:
    """The usual side of a picture and the largest."""
    scale = 2 ** (len(vae["block_out_channels"]) - 1)
    side = scale * int(kind.side or network["sample_size"])
    largest = min(LARGEST, 2 * side)
    if places := network.get("pos_embed_max_size"):
        # It knows no more places than these.
        largest = min(largest, scale * int(places) * int(network["patch_size"]))
    return side, largest


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


def _sampler(config: Mapping[str, Any], noise: Noise) -> str | None:
    """The name of the sampler that the model came with, if it is one that people know."""
    for sampler in SAMPLERS.values():
        solver = sampler.solver(noise)
        if solver and solver.scheduler == config.get("_class_name") and _same(solver, config):
            return sampler.name
    return None


def _samplers(config: Mapping[str, Any], noise: Noise) -> tuple[str, ...]:
    """The names of those that the model can be painted with."""
    solvers = {name: sampler.solver(noise) for name, sampler in SAMPLERS.items()}
    shifted = config.get("use_dynamic_shifting")
    return tuple(
        name
        for name, solver in solvers.items()
        if solver and not (shifted and solver.scheduler in UNSHIFTED)
    )


def _same(solver: Solver, config: Mapping[str, Any]) -> bool:
    return all(
        (solver.options.get(name) or usual) == (config.get(name) or usual)
        for name, usual in TELLING.items()
    )


def _as_wished(card: ModelCard, file: Path) -> ModelCard:
    if not file.is_file():
        return card
    wishes = _read(file)
    if unknown := sorted(set(wishes) - WISHABLE):
        raise BadModel(f"{file.name} of {card.name}: {did_you_mean(unknown[0], sorted(WISHABLE))}")
    return replace(card, **wishes)
