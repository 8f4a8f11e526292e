"""Usage: what a process takes up, and how large what it keeps has become, as the system says."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

KIB = 1024


def usage_of(process: int) -> Mapping[str, float] | None:
    """In bytes and counts; None of a process that is gone, or was not begun yet.

    `heap` is what it allocated itself: pages of no file, which other programs that read the same
    files make neither more nor less.
    """
    proc = Path("/proc") / str(process)
    try:
        lines = (proc / "smaps_rollup").read_text().splitlines()[1:]
        sizes = {name: int(rest.split()[0]) * KIB for name, rest in _named(lines)}
        files = len(os.listdir(proc / "fd"))
        threads = len(os.listdir(proc / "task"))
    except (OSError, ValueError, IndexError):
        return None
    return {
        "rss": sizes["Rss"],
        "heap": sizes["Anonymous"],
        "files": files,
        "threads": threads,
    }


def _named(lines: list[str]) -> list[tuple[str, str]]:
    return [(name, rest) for name, _, rest in (line.partition(":") for line in lines) if rest]


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            # It may just have gone.
            with suppress(OSError):
                total += (Path(folder) / name).stat().st_size
    return total
