"""What is in the file of a LoRA: whether diffusers reads all of it, and how much that must be."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import BadModel, PaintingFailed
from engine.gpu.models.weights import header_of

# Ways to change a network that diffusers cannot read or leaves out in silence, by how the names of
# their tensors end.
FOREIGN = {
    r"dora_scale": "a DoRA",
    r"hada_\w+": "a LyCORIS of the kind LoHa",
    r"lokr_\w+": "a LyCORIS of the kind LoKr",
    r"lora_mid\.weight": "a LyCORIS of the kind LoCon with a middle",
    r"on_input": "a LyCORIS of the kind IA3",
    r"a1\.weight": "a GLoRA",
    r"b?oft_\w+": "an OFT",
    r"diff(?:_b)?": "a LoRA with whole layers in it",
}
_DOWN = re.compile(r"(?:lora_A|down)\.weight$")
_READ = ".lora_A.weight"
_UP = re.compile(r"(?:lora_B|up)\.weight$")


def require_plain(name: str, file: Path) -> None:
    """Raises PaintingFailed for files of other ways than LoRA, and for damaged ones."""
    try:
        tensors = header_of(file).tensors
    except BadModel as error:
        raise PaintingFailed(f"The LoRA “{name}” cannot be read: {error}") from None
    for sign, kind in FOREIGN.items():
        if any(re.search(rf"\.{sign}$", tensor) for tensor in tensors):
            raise PaintingFailed(
                f"“{name}” is {kind}, which I cannot use. Get it as a plain LoRA or leave it out."
            )


def read_shapes(pipe: Any, file: Path) -> Mapping[str, tuple[int, ...]]:
    """What diffusers makes of the file, by the part of the pipeline and the layer in it."""
    told = {"unet_config": pipe.unet.config} if hasattr(pipe, "unet") else {}
    read = pipe.lora_state_dict(str(file), local_files_only=True, **told)
    tensors = read[0] if isinstance(read, tuple) else read
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def rebuilds(pipe: Any, shapes: Mapping[str, tuple[int, ...]]) -> bool:
    """True where diffusers would change the network itself to make room, and for good."""
    return any("lora" not in name for name in shapes) or any(
        shape[1:2] != (_side(pipe, name.removesuffix(_READ)) or shape[1],)
        for name, shape in shapes.items()
        if name.endswith(_READ) and len(shape) == 2
    )


def layers_in(shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many layers it changes; -1 where one has only half of what it needs."""
    down, up = (sum(bool(end.search(name)) for name in shapes) for end in (_DOWN, _UP))
    return down if down == up else -1


def _side(pipe: Any, name: str) -> int | None:
    """How wide what that layer reads is, None where there is no such layer."""
    part, _, layer = name.partition(".")
    try:
        found = getattr(pipe, part).get_submodule(layer)
    except AttributeError:
        return None
    side: int | None = getattr(getattr(found, "base_layer", found), "in_features", None)
    return side
