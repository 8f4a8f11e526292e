"""Flags: what torch is told once for a whole process, so that each side keeps its own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

PLACES: Mapping[str, tuple[str, ...]] = {
    "torch.backends.cudnn": ("benchmark", "deterministic"),
    "torch._inductor.config": (
        "conv_1x1_as_mm",
        "coordinate_descent_tuning",
        "coordinate_descent_check_all_directions",
        "epilogue_fusion",
    ),
}
ATTENTION = ("flash", "mem_efficient", "math", "cudnn")
"""Kernels of torch's attention, each with a question and an order of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """As they were at some moment."""

    values: Mapping[tuple[str, str], Any]
    attention: Mapping[str, bool]

    def put(self) -> None:
        """Have them so again."""
        for (place, name), value in self.values.items():
            setattr(import_module(place), name, value)
        for kernel, used in self.attention.items():
            getattr(_attention(), f"enable_{kernel}_sdp")(used)

    @contextmanager
    def meanwhile(self) -> Iterator[None]:
        """Have them so, and then as they were before."""
        before = flags()
        self.put()
        try:
            yield
        finally:
            before.put()


def flags() -> Flags:
    """As they are now."""
    return Flags(
        values={
            (place, name): getattr(import_module(place), name)
            for place, names in PLACES.items()
            for name in names
            # Versions of torch know more of them or fewer.
            if hasattr(import_module(place), name)
        },
        attention={
            kernel: bool(getattr(_attention(), f"{kernel}_sdp_enabled")()) for kernel in ATTENTION
        },
    )


def _attention() -> Any:
    return import_module("torch.backends.cuda")
