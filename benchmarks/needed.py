"""Needed: the packages that measuring takes, for whoever prepares a machine for it."""

from collections.abc import Sequence
from importlib.util import find_spec

PACKAGES = (
    "torch",
    "diffusers",
    "transformers",
    "accelerate",
    "pillow",
    "numpy",
    "psutil",
    "safetensors",
)
NEEDED = f"{', '.join(PACKAGES[:-1])} and {PACKAGES[-1]}"
OTHERWISE_CALLED = {"pillow": "PIL"}


def missing(names: Sequence[str] = PACKAGES) -> Sequence[str]:
    """Those that are not here."""
    return [name for name in names if find_spec(OTHERWISE_CALLED.get(name, name)) is None]
