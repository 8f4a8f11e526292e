"""Room on the disk: whether something fits, and what goes wrong with it, as sentences."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StorageFailed

# The database and the pictures are on the same disk, as a rule.
SPARE = 256 * 2**20


def amount(size: int) -> str:
    """Like 4.3 GB."""
    if size < 1000:
        return f"{size} bytes"
    number = float(size)
    for unit in ("kB", "MB"):
        number /= 1000
        if number < 999.95:
            return f"{number:.1f} {unit}"
    return f"{number / 1000:.1f} GB"


def free_room(folder: Path) -> int:
    """How many bytes fit where the folder is or will be."""
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return shutil.disk_usage(there).free


def require_room(name: str, size: int, free: int) -> None:
    """Raises StorageFailed where the disk would be full before the end."""
    if size and size + SPARE > free:
        raise StorageFailed(
            f"{name} needs {amount(size)}, and {amount(SPARE)} must stay free beside it, but there "
            f"are only {amount(free)}. Make room, or set EASEL_DATA_DIR to another disk."
        )


@contextmanager
def disk(name: str) -> Iterator[None]:
    """Raises StorageFailed where the disk does not do what `name` needs."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        mend = "Make room" if full else "Mend that"
        raise StorageFailed(
            f"The disk does not take {name}: {error.strerror}. {mend} and try again."
        ) from None
