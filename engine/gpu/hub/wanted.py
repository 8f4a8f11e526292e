"""Chooses which files of a repository a model needs, from their names and the model's index."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from engine.errors import BadModel
from engine.gpu.hub.repository import SINGLE, HubName
from engine.gpu.models.architecture import FAMILIES
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.weights import PICKLE_ENDINGS
from engine.nearest import did_you_mean

HALF = "fp16"
# What stands beside the weights of a part: its description, and the words that it knows.
BESIDE = (".json", ".txt", ".model", ".jinja")
# The hub has the number of a piece before or after the variant.
_WEIGHTS = re.compile(
    r"(?P<stem>diffusion_pytorch_model|model)(\.(?P<early>\w+))?"
    r"(-(?P<number>\d{5})-of-(?P<count>\d{5}))?(\.(?P<late>\w+))?\.safetensors"
)
_SHOWN = 8


def single_file(name: HubName, files: Collection[str]) -> str:
    """The one checkpoint that was meant, where the model is no folder of parts."""
    singles = sorted(file for file in files if file.endswith(SINGLE))
    if name.file is not None:
        if name.file in singles:
            return name.file
        told = did_you_mean(name.file, singles) if singles else "It has no .safetensors at all."
        raise BadModel(f"{name.repository} has no {name.file}. {told}")
    at_top = [file for file in singles if "/" not in file]
    match at_top or singles:
        case [only]:
            return only
        case []:
            raise _without_weights(name.repository, files)
        case several:
            more = f" and {len(several) - _SHOWN} more" if len(several) > _SHOWN else ""
            raise BadModel(
                f"{name.repository} holds several checkpoints: {', '.join(several[:_SHOWN])}{more}."
                f" Name one of them, like {name.repository}/{several[0]}"
            )


def files_of_pipeline(name: str, files: Collection[str], index: Mapping[str, Any]) -> list[str]:
    """What the parts that the index names are made of. Raises BadModel where one has no weights."""
    kind = FAMILIES.get(str(index.get("_class_name")))
    if kind is None:
        raise BadModel(
            f"{name} is a {str(index.get('_class_name'))[:60]!a}, which I cannot paint with. "
            f"I can with: {', '.join(FAMILIES)}."
        )
    parts = {part: _inside(part, files) for part, what in index.items() if _is_there(what)}
    needed = {kind.network, "vae", *kind.encoders} & {*parts, kind.network, "vae"}
    sets = {part: _sets(names) for part, names in parts.items()}
    heavy = {part for part in parts if part in needed or sets[part]}
    # All in halves, or none: what is loaded together is of one kind.
    half = all(HALF in sets.get(part, {}) for part in heavy)
    wanted = [INDEX]
    for part, names in parts.items():
        weights = sets[part].get(HALF if half else "") or sets[part].get(HALF)
        if weights is None and part in needed:
            raise _without_weights(name, names, part)
        if weights is None and any(_is_pickle(file) for file in names):
            continue  # of a part that paints nothing; without its weights it is of no use
        wanted += [f"{part}/{file}" for file in (*_beside(names), *(weights or ()))]
    if missing := needed - set(parts):
        raise _without_weights(name, files, sorted(missing)[0])
    return wanted


def _is_there(what: object) -> bool:
    """The index names each part with its library and its class, or with nothing twice."""
    return isinstance(what, list) and len(what) == 2 and what[1] is not None


def _inside(part: str, files: Iterable[str]) -> list[str]:
    return sorted(
        name for folder, _, name in (file.rpartition("/") for file in files) if folder == part
    )


def _beside(names: Iterable[str]) -> list[str]:
    return [name for name in names if name.endswith(BESIDE) and ".index." not in name]


def _sets(names: Collection[str]) -> dict[str, list[str]]:
    """By variant, the files that make up all the weights; what lacks a piece is left out."""
    whole: dict[str, list[str]] = {}
    pieces: dict[tuple[str, str, int], list[str]] = {}
    for name in names:
        found = _WEIGHTS.fullmatch(name)
        if found is None:
            continue
        variant = found["early"] or found["late"] or ""
        if found["number"] is None:
            whole[variant] = [name]
        else:
            pieces.setdefault((found["stem"], variant, int(found["count"])), []).append(name)
    for (stem, variant, count), some in pieces.items():
        index = ".".join(filter(None, (stem, "safetensors.index", variant, "json")))
        if len(some) == count and index in names:
            whole.setdefault(variant, [*some, index])
    return whole


def _is_pickle(name: str) -> bool:
    return name.endswith(tuple(PICKLE_ENDINGS))


def _without_weights(name: str, files: Iterable[str], part: str = "") -> BadModel:
    where = f"{name} has no whole weights as .safetensors" + (f" in {part}" if part else "")
    pickles = sorted(file for file in files if _is_pickle(file))
    if pickles:
        return BadModel(
            f"{where}, only pickles like {pickles[0]}, and a pickle can run any program when it "
            "is opened. Look for a repository that has them as .safetensors."
        )
    return BadModel(f"{where}. Look for another repository of the same model.")
