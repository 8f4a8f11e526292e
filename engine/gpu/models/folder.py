"""Folder: the parts of a model that lie in a folder of their own each, looked at file by file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import BadModel
from engine.gpu.models.architecture import Architecture
from engine.gpu.models.blueprint import INDEX
from engine.gpu.models.weights import PICKLE_ENDINGS, require_safetensors

AGAIN = "Download the model again."
ENCODER, WORDS = "text_encoder", "tokenizer"
ABSENT = [None, None]
# Beside whatever words a tokenizer knows: among other things, how many of them it reads at once.
MANNER = "tokenizer_config.json"
# Files of which one set is enough. All of them are words with their numbers, as one program or
# another writes them down.
_ALL_IN_ONE, _CLIP, _T5 = ("tokenizer.json",), ("vocab.json", "merges.txt"), ("spiece.model",)
VOCABULARIES = {"CLIPTokenizer": (_ALL_IN_ONE, _CLIP), "T5Tokenizer": (_ALL_IN_ONE, _T5)}
# What every family of pipelines also loads where the index names it. Other names they pass over.
ASIDE = frozenset({"image_encoder", "feature_extractor"})
# How those parts are described that are no networks.
DESCRIBED = {
    "scheduler": "scheduler_config.json",
    "feature_extractor": "preprocessor_config.json",
}


def weights_in(
    folder: Path, name: str, index: Mapping[str, Any], kind: Architecture
) -> Mapping[str, list[Path]]:
    """The weight files of each part. Raises BadModel where a file of any part is missing."""
    encoders = [part for part in kind.encoders if _is_there(index, part)]
    tokenizers = [part.replace(ENCODER, WORDS) for part in encoders]
    listed = {part for part, what in index.items() if isinstance(what, list) and what != ABSENT}
    needed = {kind.network, "vae", "scheduler", *encoders, *tokenizers}
    if unnamed := sorted(needed - listed):
        raise BadModel(f"The {INDEX} of {name} names no {unnamed[0]}. {AGAIN}")
    weights: dict[str, list[Path]] = {}
    for part in sorted(listed & (needed | ASIDE) - kind.unused):
        if part.startswith(WORDS):
            _require_words(folder / part, name, str(index[part][-1]))
        elif part in DESCRIBED:
            read(folder / part / DESCRIBED[part])
        else:
            weights[part] = _weights(folder / part, name)
            read(folder / part / "config.json")
    return {part: weights[part] for part in (kind.network, "vae", *encoders)}


def read(file: Path) -> Mapping[str, Any]:
    """A description. Raises BadModel."""
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise BadModel(f"{file.parent.name}/{file.name} is missing or damaged. {AGAIN}")
    return content


def _is_there(index: Mapping[str, Any], part: str) -> bool:
    """Some models come without the largest encoder, and say so."""
    return index.get(part) != ABSENT


def _require_words(part: Path, name: str, tokenizer: str) -> None:
    """Without its words a tokenizer still loads, and then it reads nothing."""
    sets = VOCABULARIES.get(tokenizer.removesuffix("Fast"), (_ALL_IN_ONE, _CLIP, _T5))
    if not any(all(_has_content(part / file) for file in each) for each in sets):
        told = ", or ".join(" and ".join(each) for each in sets)
        raise BadModel(
            f"{name} has no words that its text encoder knows in {part.name}: {told}. {AGAIN}"
        )
    read(part / MANNER)


def _has_content(file: Path) -> bool:
    if file.suffix == ".json" and file.is_file():
        return bool(read(file))
    return file.is_file() and file.stat().st_size > 0


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
        shards = {part / str(shard) for shard in read(index).get("weight_map", {}).values()}
        if missing := sorted(shard.name for shard in shards if not shard.is_file()):
            raise BadModel(f"{name} has no {missing[0]} in {part.name}. Download it again.")
    return files
