"""The file of a database that is damaged: found out, and put aside for another one."""

import fcntl
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from engine.errors import InvalidRequest
from storage.address import address_of
from storage.restore_alone import in_use
from storage.trouble import sqlite_name_of

log = logging.getLogger(__name__)

DAMAGED, ENDINGS = ".damaged", ("", "-wal", "-shm", "-journal")
SHARED, SHARED_BYTES = 0x4000_0000, 512
"""Whoever has a database of SQLite open has locked some of these bytes of its file."""


def file_of(url: str) -> Path | None:
    """None where a server has the database."""
    address = address_of(url)
    is_file = address.get_backend_name() == "sqlite"
    return Path(str(address.database)).absolute() if is_file else None


def require_own(file: Path, *, me: int | None = None) -> None:
    """Raises InvalidRequest where it is a link that somebody else made: who runs this may have
    more rights than they, and what it leads to is opened and written."""
    if not file.is_symlink():
        return
    if file.lstat().st_uid not in {0, os.geteuid() if me is None else me}:
        raise InvalidRequest(
            f"{file} is a link that somebody else made, so I do not follow it. Run this as the one "
            "whom Easel runs as."
        )


def is_damaged(file: Path) -> bool:
    """Also where it is no database at all; not where it cannot be read now. It takes a while."""
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True)) as opened:
            (answer,) = opened.execute("PRAGMA quick_check(1)").fetchone()
            return str(answer) != "ok"
    except sqlite3.Error as error:
        return sqlite_name_of(error) in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}


@contextmanager
def damaged_aside(file: Path) -> Iterator[None]:
    """One that is damaged is called otherwise from then on, unless what follows fails: then it has
    its name again. Raises InvalidRequest where somebody has it open, and OSError."""
    if not file.is_file() or not is_damaged(file):
        yield
        return
    aside = _free_beside(file)
    with file.open("r+b") as held:
        try:
            fcntl.lockf(held, fcntl.LOCK_EX | fcntl.LOCK_NB, SHARED_BYTES, SHARED)
        except OSError as error:
            raise in_use() from error
        _rename(file, aside)
    try:
        yield
    except BaseException:
        _rename(aside, file)
        raise
    log.warning("the database was damaged: it is called %s now", aside)


def _rename(file: Path, to: Path) -> None:
    for ending in ENDINGS:
        part = file.with_name(file.name + ending)
        new = to.with_name(to.name + ending)
        if part.exists():
            part.replace(new)
        else:
            # It would belong to the other.
            new.unlink(missing_ok=True)


def _free_beside(file: Path) -> Path:
    names = (f"{file.name}{DAMAGED}{number if number > 1 else ''}" for number in count(1))
    return next(free for free in map(file.with_name, names) if not os.path.lexists(free))
