"""Checkpoint: a whole model in one file, known by the file's header alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import BadModel
from engine.gpu.models.blueprint import Blueprint
from engine.gpu.models.header import Header
from engine.gpu.models.stray import ALONE, CERTAIN, stray_among

EPSILON, V = "epsilon", "v_prediction"
# As card.json, the standard for metadata (modelspec) and diffusers call it.
PREDICTIONS = {"epsilon": EPSILON, "v": V, "v_prediction": V}
CONVOLUTION_IN = "model.diffusion_model.input_blocks.0.0.weight"
FLOATS = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
# Beside weights of eight bits that mean something only when they are multiplied by it.
SCALES = ("scaled_fp8", ".scale_weight", ".weight_scale", ".comfy_quant", ".absmax")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The file, what it was made after, and in what it differs from that, by part."""

    file: Path
    blueprint: Blueprint
    changes: Mapping[str, Mapping[str, Any]]

    def config(self, part: str) -> Mapping[str, Any]:
        """The part's description as diffusers keeps it."""
        return {**self.blueprint.config(part), **self.changes.get(part, {})}


def recognise(
    file: Path, header: Header, blueprints: Iterable[Blueprint], prediction: str | None = None
) -> Checkpoint:
    """`prediction` is what its owner says of it. Raises BadModel where it is no whole model."""
    stray = stray_among(header.tensors, CERTAIN)
    blueprint = next((each for each in blueprints if each.fits(header)), None)
    if stray is None and blueprint is None:
        stray = stray_among(header.tensors, ALONE)
    if stray is not None:
        raise BadModel(f"{file.name} is {stray.what}. {stray.mend}")
    if blueprint is None:
        raise BadModel(
            f"I do not know what {file.name} is. A model in one file is a checkpoint of SD 1.x, "
            "SD 2.x, SDXL, SD3 or SD 3.5; take others as a diffusers folder."
        )
    parts = blueprint.parts(header)
    _require_whole(file, parts)
    _require_plain(file, header, parts)
    return Checkpoint(
        file=file,
        blueprint=blueprint,
        changes=_changes(file, header, blueprint, prediction),
    )


def _require_whole(file: Path, parts: Mapping[str, tuple[Sequence[str], int]]) -> None:
    if missing := [_spoken(part) for part, (names, _) in parts.items() if not names]:
        raise BadModel(
            f"{file.name} has no {' and no '.join(missing)} that I can read. "
            "Get the checkpoint that includes everything, or the model as a diffusers folder."
        )
    for part, (names, wanted) in parts.items():
        if len(names) < wanted:
            raise BadModel(
                f"The {_spoken(part)} in {file.name} has {len(names)} tensors, and {wanted} belong "
                "there: it is of a smaller kind, or something was cut off. Get the usual kind, "
                "or the model as a diffusers folder."
            )


def _require_plain(
    file: Path, header: Header, parts: Mapping[str, tuple[Sequence[str], int]]
) -> None:
    for names, _ in parts.values():
        for name in names:
            packed = name.endswith(".weight") and header.tensors[name].dtype not in FLOATS
            if packed or name.endswith(SCALES):
                raise BadModel(
                    f"The weights in {file.name} are packed in a way that I cannot unpack. "
                    "Get them as fp16, bf16 or fp32."
                )


def _changes(
    file: Path, header: Header, blueprint: Blueprint, prediction: str | None
) -> Mapping[str, Mapping[str, Any]]:
    if blueprint.prediction is None:
        if prediction is not None:
            raise BadModel(
                f"A model like {file.name} answers in one way: leave its prediction out."
            )
        return {}
    channels = header.tensors[CONVOLUTION_IN].shape[1]
    changes: dict[str, dict[str, Any]] = {"unet": {"in_channels": channels}}
    # A network that sees what it fills in was never published to answer with v.
    usual = EPSILON if channels == 9 else blueprint.prediction
    answer = prediction or _told(header) or (_as_named(file) if usual == V else None) or usual
    changes["scheduler"] = {"prediction_type": answer}
    if answer == V:
        for part, more in blueprint.if_v.items():
            changes.setdefault(part, {}).update(more)
    if "ztsnr" in header.tensors:
        # Taught with times that begin in nothing but noise.
        changes["scheduler"] |= {"rescale_betas_zero_snr": True, "timestep_spacing": "trailing"}
    return changes


def _told(header: Header) -> str | None:
    """What the file itself says of how its network answers."""
    if "v_pred" in header.tensors:
        return V
    told = PREDICTIONS.get(header.metadata.get("modelspec.prediction_type", ""))
    if told is None:
        match header.metadata.get("modelspec.architecture", ""):
            case "stable-diffusion-v2-768-v":
                return V
            case "stable-diffusion-v2-512":
                return EPSILON
    return told


def _as_named(file: Path) -> str | None:
    """SD 2 was published in two kinds that differ in nothing but this and the name."""
    return EPSILON if "512" in file.stem else None


def _spoken(part: str) -> str:
    match part:
        case "vae":
            return "autoencoder (VAE)"
        case "unet" | "transformer":
            return "network"
        case "text_encoder_2":
            return "second text encoder"
        case _:
            return "text encoder"
