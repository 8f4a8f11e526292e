"""The build context: what Docker is given of this folder, after .dockerignore."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from tests.deploy.dockerfile import ROOT

IGNORING = ROOT / ".dockerignore"


def is_given(path: str) -> bool:
    """The last line that fits a path, or a folder above it, decides."""
    given = True
    above = [str(each) for each in PurePosixPath(path).parents if str(each) != "."]
    for pattern, is_exception in _lines():
        if any(pattern.fullmatch(each) for each in (path, *above)):
            given = is_exception
    return given


def files_given(source: str, root: Path = ROOT) -> Iterator[str]:
    """The files that a COPY of it brings."""
    place = root / source
    found = sorted(place.rglob("*")) if place.is_dir() else [place]
    for file in found:
        name = file.relative_to(root).as_posix()
        if file.is_file() and is_given(name):
            yield name


@cache
def _lines() -> tuple[tuple[re.Pattern[str], bool], ...]:
    text = IGNORING.read_text("utf-8")
    lines = [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]
    return tuple((_pattern(line.removeprefix("!")), line.startswith("!")) for line in lines)


def _pattern(line: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", line.strip("/"))
    return re.compile("".join(words.get(part) or re.escape(part) for part in parts))
