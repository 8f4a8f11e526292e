"""Footprint: how much memory a model takes, by its headers alone, and on which rung it fits."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from engine.gpu.models.catalog import Model
from engine.gpu.models.header import Header
from engine.gpu.models.weights import header_of

NETWORKS = frozenset({"unet", "transformer"})
# What the pipelines are told to leave out.
UNUSED = frozenset({"safety_checker", "image_encoder"})
IN_ONE_FILE = "model.diffusion_model."
HALF = ".fp16"


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """Bytes on the device: of the network, of all else, and of the largest part of that."""

    network: int
    rest: int
    largest: int

    @property
    def total(self) -> int:
        return self.network + self.rest

    def offload(self, memory: int) -> str | None:
        """The least of the offloads with which it fits into that memory; None with none of them.

        Whatever waits in main memory comes to the device whole while it is used.
        """
        if self.total <= memory:
            return "none"
        if self.network + self.largest <= memory:
            return "parts"
        return "blocks" if self.largest <= memory else None


def footprint_of(model: Model, weight: int) -> Footprint:
    """With so many bytes for each weight. Raises BadModel where a file cannot be read."""
    parts = Counter[str]()
    for part, count in _weights(model):
        parts[part] += count * weight
    network = sum(size for part, size in parts.items() if part in NETWORKS)
    others = [size for part, size in parts.items() if part not in NETWORKS]
    return Footprint(network=network, rest=sum(others), largest=max(others, default=0))


def _weights(model: Model) -> Iterator[tuple[str, int]]:
    """How many each part has, in one piece or several."""
    if model.folder.is_file():
        for name, count in _counts(header_of(model.folder)).items():
            inside = name.startswith(IN_ONE_FILE)
            yield ("unet" if inside else name.partition(".")[0]), count
        return
    for folder in sorted(path for path in model.folder.iterdir() if path.is_dir()):
        if folder.name not in UNUSED:
            for file in _loaded(folder):
                yield folder.name, sum(_counts(header_of(file)).values())


def _counts(header: Header) -> Mapping[str, int]:
    return {name: prod(stored.shape) for name, stored in header.tensors.items()}


def _loaded(folder: Path) -> list[Path]:
    """The same weights may be there twice, the second time in half precision."""
    files = sorted(folder.glob("*.safetensors"))
    return [file for file in files if HALF not in file.name] or files
