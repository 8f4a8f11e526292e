"""Needed: the packages that measuring takes, for whoever prepares a machine for it."""

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
