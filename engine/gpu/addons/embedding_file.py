"""What is in the file of an embedding: the vectors of a word, for each text encoder."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from torch import Tensor

from engine.addon import Kind
from engine.errors import BadModel, PaintingFailed
from engine.gpu.addons.opened import require_finite
from engine.gpu.models.weights import header_of

# What the tools that people train with call the tensors, in the order of the text encoders.
PAIR = ("clip_l", "clip_g")
TRIPLE = (*PAIR, "t5xxl")
ONLY = "emb_params"
# More would not go into what CLIP reads at once.
MOST_VECTORS = 75


def layout(names: Iterable[str]) -> Sequence[str]:
    """The names of the tensors with the vectors; none where these are of something else."""
    there = set(names)
    for known in (TRIPLE, PAIR, (ONLY,)):
        if there.issuperset(known):
            return known
    # diffusers names the only tensor like the word that it stands for.
    return tuple(there) if len(there) == 1 else ()


def widths(shapes: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    """How many numbers a vector has, for each text encoder; none where these are no vectors."""
    found = [tuple(shapes[name]) for name in layout(shapes)]
    if any(len(shape) not in {1, 2} or 0 in shape for shape in found):
        return ()
    return tuple(shape[-1] for shape in found)


def read_vectors(name: str, file: Path) -> list[Tensor]:
    """The rows for each text encoder. Raises PaintingFailed."""
    try:
        shapes = {tensor: stored.shape for tensor, stored in header_of(file).tensors.items()}
    except BadModel as error:
        raise PaintingFailed(f"The embedding “{name}” cannot be read: {error}") from None
    if not widths(shapes):
        raise PaintingFailed(
            f"The embedding “{name}” is none that I can read. Get it as .safetensors "
            "with one tensor, with emb_params, or with clip_l and clip_g."
        )
    require_finite(Kind.EMBEDDING, name, file)
    tensors = import_module("safetensors.torch").load_file(file)
    rows = [tensors[part].reshape(-1, tensors[part].shape[-1]) for part in layout(shapes)]
    most = max(map(len, rows))
    if most > MOST_VECTORS or any(len(each) != most for each in rows):
        raise PaintingFailed(
            f"The embedding “{name}” has {most} vectors, and {MOST_VECTORS} is the most, as many "
            "for every text encoder. Leave it out."
        )
    return rows
