"""Pipe: what is looked up in a pipeline of diffusers, whatever its kind."""

from typing import Any

from torch.nn import Module


def network_of(pipe: Any) -> Any:
    """The part that is asked at every step."""
    return pipe.components.get("unet") or pipe.transformer


def size_of(pipe: Any) -> int:
    """How many bytes its parts take."""
    parts = [part for part in pipe.components.values() if isinstance(part, Module)]
    return sum(weight.nbytes for part in parts for weight in (*part.parameters(), *part.buffers()))
