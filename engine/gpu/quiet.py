"""Keeps diffusers and transformers from writing on the terminal: progress bars and advice."""

import warnings
from importlib import import_module


def hush() -> None:
    """Call it before the first pipeline class is imported, for importing one writes too."""
    for library in ("transformers", "diffusers"):
        logging = import_module(f"{library}.utils.logging")
        logging.set_verbosity_error()
        logging.disable_progress_bar()
    # Advice to whoever published the model; diffusers mends the number by itself.
    warnings.filterwarnings(
        "ignore", message="The configuration file of this scheduler", category=FutureWarning
    )
