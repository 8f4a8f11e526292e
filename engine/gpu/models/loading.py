"""Loads a model from its folder or its file onto a device."""

import json
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from engine.errors import BadModel
from engine.gpu.addons.shelves import Shelves
from engine.gpu.device import ran_out_of_memory, weight_type
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.catalog import Model
from engine.gpu.models.checkpoint import Checkpoint
from engine.gpu.pipe import network_of
from engine.gpu.quiet import hush
from engine.ladder import Rung
from engine.shortcut import Shortcut

FAMILIES: Mapping[str, type[Family]] = {
    "sd": StableDiffusion,
    "sdxl": StableDiffusionXL,
    "sd3": StableDiffusion3,
    "flux": Flux,
}


def load(
    model: Model,
    device: torch.device,
    shelves: Shelves | None = None,
    rungs: Collection[Rung] = (),
    shortcuts: Collection[Shortcut] = (),
) -> Family:
    """Safetensors only, from the disk only. Raises BadModel where the parts do not fit.

    Running out of memory is raised as it is, for whoever can make room and ask again. `shelves`
    hold the add-ons; without them there are none. What waits in main memory on one of the `rungs`
    never is on the device whole.
    """
    hush()
    family = FAMILIES[model.card.family]
    try:
        pipe = _pipe(model, family, device)
        _place(pipe, device, rungs)
    except BadModel:
        raise
    except Exception as error:  # a library's: they have no root in common
        if ran_out_of_memory(error):
            raise
        raise _refusal(model, error) from error
    try:
        with torch.inference_mode():
            loaded = family(pipe, model.card, shelves, device)
            loaded.shorten(shortcuts)
            loaded.relief.begin(rungs)
            return loaded
    except (ValueError, RuntimeError, KeyError, AttributeError) as error:
        if ran_out_of_memory(error):
            raise
        raise _refusal(model, error) from error


def _pipe(model: Model, family: type[Family], device: torch.device) -> Any:
    pipeline: Any = getattr(import_module("diffusers"), family.pipeline)
    precision = weight_type(device)
    dtype = family.half if precision == torch.float16 else precision
    if model.checkpoint is None:
        pipe = _from_folder(pipeline, model.folder, dtype=dtype, **family.without)
    else:
        pipe = _from_file(pipeline, model.checkpoint, dtype=dtype, **family.without)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _place(pipe: Any, device: torch.device, rungs: Collection[Rung]) -> None:
    network = network_of(pipe)
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            waits = {Rung.GROUP, Rung.SEQUENTIAL} if part is network else {Rung.PARK}
            if waits.isdisjoint(rungs):
                part.to(device)


def _refusal(model: Model, error: Exception) -> BadModel:
    told = str(error).strip().splitlines() or [type(error).__name__]
    return BadModel(f"{model.card.name} cannot be loaded: {told[0]}")


def _from_folder(pipeline: Any, folder: Path, **options: Any) -> Any:
    index = json.loads((folder / INDEX).read_text("utf-8"))
    # The index says that they are not there, but diffusers wants to hear it.
    left_out = [part for part, what in index.items() if what == [None, None]]
    return pipeline.from_pretrained(
        folder,
        variant=_variant(folder),
        use_safetensors=True,
        local_files_only=True,
        **{**dict.fromkeys(left_out), **options},
    )


def _from_file(pipeline: Any, checkpoint: Checkpoint, **options: Any) -> Any:
    blueprint = checkpoint.blueprint
    words: Any = import_module("transformers").CLIPTokenizer
    tokenizers = {
        part: words.from_pretrained(blueprint.words, local_files_only=True, **difference)
        for part, difference in blueprint.tokenizers.items()
    }
    with TemporaryDirectory() as folder:
        _describe(checkpoint, Path(folder))
        try:
            pipe = pipeline.from_single_file(
                str(checkpoint.file),
                config=folder,
                local_files_only=True,
                **{**dict.fromkeys(blueprint.left_out), **tokenizers, **options},
            )
        except NotImplementedError:  # torch's word for weights that have no numbers yet
            raise _incomplete(checkpoint.file, "some of its weights") from None
    _require_filled(pipe, checkpoint.file)
    return pipe


def _describe(checkpoint: Checkpoint, folder: Path) -> None:
    """Write what the file does not say, as diffusers wants to read it: from a folder."""
    index = checkpoint.blueprint.index
    (folder / INDEX).write_text(json.dumps(index), "utf-8")
    parts = [name for name, what in index.items() if isinstance(what, list) and what[0]]
    for part in set(parts) - set(checkpoint.blueprint.tokenizers):
        (folder / part).mkdir()
        name = "scheduler_config.json" if part == "scheduler" else "config.json"
        (folder / part / name).write_text(json.dumps(checkpoint.config(part)), "utf-8")


def _require_filled(pipe: Any, file: Path) -> None:
    """Of text encoders, what the file lacks is left without numbers, and nothing is said."""
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            for name, weights in part.named_parameters():
                if weights.is_meta:
                    raise _incomplete(file, name)


def _incomplete(file: Path, what: str) -> BadModel:
    return BadModel(f"{file.name} lacks {what}. Download it again, or take another one like it.")


def _variant(folder: Path) -> str | None:
    """Some folders hold only the half-precision files, under another name."""
    networks = [folder / part for part in ("unet", "transformer")]
    # A large one is in several files, each with a number in its name.
    plain = any(
        file.name.count(".") == 1
        for network in networks
        for file in network.glob("diffusion_pytorch_model*.safetensors")
    )
    half = any(file for network in networks for file in network.glob("*.fp16*.safetensors"))
    return "fp16" if half and not plain else None
