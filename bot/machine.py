"""Where and with what something was measured, so that numbers can be compared."""

import os
import platform
import subprocess
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from typing import Any

from bot.version import PROJECT, version

PACKAGES = ("torch", "diffusers", "transformers", "numpy")


def machine(device: str, now: datetime) -> dict[str, Any]:
    """As in the JSON of a benchmark."""
    return {
        "device": device,
        "versions": {
            "easel": version(),
            "python": platform.python_version(),
            **{name: _installed(name) for name in PACKAGES},
        },
        "commit": _commit(),
        "date": now.isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "system": platform.platform(),
    }


def _installed(name: str) -> str | None:
    try:
        return installed(name)
    except PackageNotFoundError:
        return None


def _commit() -> str | None:
    """None where this is no working copy; marked where files are not as in that commit."""
    asked = ("git", "-C", str(PROJECT.parent), "describe", "--always", "--dirty", "--abbrev=40")
    try:
        answer = subprocess.run(
            (*asked, "--exclude=*"), capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
