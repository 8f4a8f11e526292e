"""Which Easel this is."""

import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


# An update may write the file anew below a program that runs.
@cache
def version() -> str:
    """As in pyproject.toml, which lies beside us unless Easel was installed."""
    try:
        return str(tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["version"])
    except (OSError, KeyError):
        pass
    try:
        return installed("easel")
    except PackageNotFoundError:
        return "unknown"
