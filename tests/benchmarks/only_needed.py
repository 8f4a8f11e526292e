"""Runs `benchmarks.gpu` where only the packages that it names are installed, as far as it sees."""

import runpy
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from types import ModuleType

from benchmarks.needed import PACKAGES
from tests.test_scripts import plain

OURS = {"benchmarks", "engine"}


def with_all_they_need(names: Sequence[str]) -> set[str]:
    """The packages and theirs, without what is only needed for extras."""
    there: set[str] = set()
    waiting = [plain(name) for name in names]
    while waiting:
        name = waiting.pop()
        if name in there:
            continue
        there.add(name)
        try:
            needs = requires(name) or []
        except PackageNotFoundError:
            continue  # of another platform
        waiting += [plain(need.split(";")[0].strip()) for need in needs if "extra ==" not in need]
    return there


NEEDED = with_all_they_need(PACKAGES)
MAKERS = packages_distributions()


class OnlyNeeded(PathFinder):
    """Finds nothing of other packages."""

    @classmethod
    def find_spec(
        cls,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        top = fullname.split(".")[0]
        makers = {plain(maker) for maker in MAKERS.get(top, [])}
        if makers and not makers & NEEDED and top not in OURS:
            return None
        return super().find_spec(fullname, path, target)


if __name__ == "__main__":
    for name in [name for name in sys.modules if name.startswith(("pytest", "_pytest"))]:
        del sys.modules[name]
    sys.meta_path[:] = [OnlyNeeded if finder is PathFinder else finder for finder in sys.meta_path]
    assert OnlyNeeded.find_spec("aiohttp") is None
    runpy.run_module("benchmarks.gpu", run_name="__main__")
