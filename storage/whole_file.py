"""A file that is there whole or not at all, also after a power cut."""

import os
from pathlib import Path
from uuid import uuid4

UNFINISHED = ".unfinished"
"""How the name of one ends that is being written, or that a crash left."""


def write_whole(path: Path, content: bytes) -> None:
    """Write beside it, then rename: nobody ever sees half a file."""
    unfinished = path.with_name(f"{uuid4().hex}{UNFINISHED}")
    try:
        with unfinished.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """A rename survives a power cut only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
