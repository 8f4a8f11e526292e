"""Keeps diffusers and transformers from writing on the terminal: progress bars and advice."""

import logging
import warnings
from importlib import import_module


def hush() -> None:
    """Call it before the first pipeline class is imported, for importing one writes too."""
    for library in ("transformers", "diffusers"):
        spoken = import_module(f"{library}.utils.logging")
        spoken.set_verbosity_error()
        spoken.disable_progress_bar()
    # It tells of a LoRA that does not fit and then raises it all the same.
    logging.getLogger("diffusers.loaders.peft").setLevel(logging.CRITICAL)
    # Advice to whoever published the model; diffusers mends the number by itself.
    warnings.filterwarnings(
        "ignore", message="The configuration file of this scheduler", category=FutureWarning
    )
