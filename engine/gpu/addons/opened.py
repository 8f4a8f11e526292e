"""Opened: what goes wrong while an add-on is opened, as a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from engine.addon import Kind
from engine.errors import EaselError, PaintingFailed
from engine.gpu.device import ran_out_of_memory


@contextmanager
def opening(kind: Kind, name: str) -> Iterator[None]:
    """Raises PaintingFailed, except where memory ran out: there is something to do about that."""
    try:
        yield
    except EaselError:
        raise
    except Exception as error:  # a library's: they have no root in common
        if isinstance(error, torch.AcceleratorError) or ran_out_of_memory(error):
            raise
        why = str(error).strip().split("\n")[0]
        raise PaintingFailed(
            f"The {kind.spoken} “{name}” cannot be used: {why:.200}. "
            "It may be damaged or made for another kind of model: get it again, or leave it out."
        ) from error
