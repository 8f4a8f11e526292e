"""What is installed: the packages of the locks with their digests, and torch, which ./run takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
EXTRAS_LOCK = ROOT / "extras.lock"
RUN = ROOT / "run"
PACKAGE = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?:\s*;\s*(?P<where>[^\\\n]+))?", re.M
)
DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
TORCH = re.compile(r"^torch=(?P<version>\S+)$", re.M)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """`digests` are of the files that it may come as; `where` is on which machines.

    `extra` says that Easel serves without it.
    """

    name: str
    version: str
    digests: tuple[str, ...] = ()
    where: str = ""
    extra: bool = False


def pinned(lock: str, run: str, extras: str = "") -> list[Pinned]:
    """In the order of their names."""
    found = [*_in_lock(lock), *(replace(one, extra=True) for one in _in_lock(extras))]
    torch = TORCH.search(run)
    if torch:
        found.append(Pinned(name="torch", version=torch["version"]))
    return sorted(found, key=lambda one: one.name)


def here() -> list[Pinned]:
    return pinned(*(file.read_text("utf-8") for file in (LOCK, RUN, EXTRAS_LOCK)))


def _in_lock(lock: str) -> Iterator[Pinned]:
    packages = list(PACKAGE.finditer(lock))
    ends = [*(package.start() for package in packages), len(lock)][1:]
    for package, end in zip(packages, ends, strict=True):
        yield Pinned(
            name=package["name"].lower(),
            version=package["version"],
            digests=tuple(DIGEST.findall(lock, package.end(), end)),
            where=(package["where"] or "").strip(),
        )
