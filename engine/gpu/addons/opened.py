"""Opened: what goes wrong while an add-on is opened, as a sentence."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import torch

from engine.addon import Kind
from engine.errors import EaselError, PaintingFailed
from engine.gpu.device import ran_out_of_memory

log = logging.getLogger(__name__)

# What diffusers calls a LoRA among the layers of a network, for we told it so.
_DIGEST = re.compile(r"\.[0-9a-f]{64}\b")


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
        # What libraries say of a file is of no use to whoever asks for a picture.
        log.debug("the %s %s cannot be opened", kind.spoken, name, exc_info=error)
        raise PaintingFailed(
            f"The {kind.spoken} “{name}” cannot be used: {_reason(error):.200}. "
            "It may be damaged or made for another kind of model: get it again, or leave it out."
        ) from error


def require_finite(kind: Kind, name: str, file: Path) -> None:
    """Raises PaintingFailed where a number is none: every picture with it would fall apart."""
    with import_module("safetensors").safe_open(file, framework="pt") as tensors:
        for part in tensors.keys():  # noqa: SIM118 (it is no mapping)
            # Some of the smallest precisions cannot be asked.
            if not tensors.get_tensor(part).float().isfinite().all():
                raise PaintingFailed(
                    f"The {kind.spoken} “{name}” is damaged: there are numbers in it that are "
                    "none. Get it again, or leave it out."
                )


def _reason(error: Exception) -> str:
    """Its first line; where torch has several, the place that the first one names."""
    heading, *reasons = str(error).strip().splitlines() or [type(error).__name__]
    told = reasons[0].partition(": ")[0] if heading.endswith(":") and reasons else heading
    return _DIGEST.sub("", told).strip().rstrip(".:")
