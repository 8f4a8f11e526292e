"""Takes out of the environment what Easel serves without: the tools of its tests, and pip.

`slim.py ray modal` keeps these extras. An extra that is not named goes too.
"""

import subprocess
import sys
import tomllib
from collections.abc import Sequence
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


def needless(extras: Sequence[str] = ()) -> list[str]:
    """What is here and not needed."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"]]
    here = {canonicalize_name(each.metadata["Name"]) for each in distributions()}
    for extra in extras:
        wanted = project["optional-dependencies"].get(extra, [])
        names = {canonicalize_name(Requirement(text).name) for text in wanted}
        if not names or names - here:
            sys.exit(f"There is no extra {extra} here: EXTRAS may be ray, modal, or both.")
        asked += wanted
    return sorted(here - needed([Requirement(text) for text in asked]))


if __name__ == "__main__":
    kept = [word for word in sys.argv[1:] if word != "--list"]
    if "--list" in sys.argv:
        sys.stdout.writelines(f"{name}\n" for name in needless(kept))
    else:
        command = (sys.executable, "-m", "pip", "uninstall", "--yes", "--quiet", *needless(kept))
        sys.exit(subprocess.run(command).returncode)
