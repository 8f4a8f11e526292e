"""Takes out of the environment what Easel serves without: the tools of its tests, and pip."""

import subprocess
import sys
import tomllib
from importlib.metadata import distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parent.parent / "pyproject.toml"


def needed(roots: list[Requirement]) -> set[str]:
    """Those and all that they ask for here, by what the packages say of themselves."""
    found: set[tuple[str, str]] = set()
    open_ends = [(each, extra) for each in roots for extra in ("", *each.extras)]
    while open_ends:
        requirement, extra = open_ends.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for text in distribution(name).requires or ():
            asked = Requirement(text)
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                open_ends += [(asked, each) for each in ("", *asked.extras)]
    return {name for name, _ in found}


def needless() -> list[str]:
    """What is here and not needed."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    roots = [Requirement(text) for text in project["dependencies"]]
    here = {canonicalize_name(each.metadata["Name"]) for each in distributions()}
    return sorted(here - needed(roots))


if __name__ == "__main__":
    if "--list" in sys.argv:
        sys.stdout.writelines(f"{name}\n" for name in needless())
    else:
        command = (sys.executable, "-m", "pip", "uninstall", "--yes", "--quiet", *needless())
        sys.exit(subprocess.run(command).returncode)
