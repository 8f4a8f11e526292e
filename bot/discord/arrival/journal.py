"""The journal: which commands were acknowledged and are not answered, for the program after us."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from bot.discord.arrival.pending import Pending, over

log = logging.getLogger(__name__)

ENDING = ".journal"
LARGEST = 2**20
ONLY_OURS = 0o600
"""The tokens in it answer in our name."""


class Journal:
    """One file for each program, which is locked as long as that lives: whose lock is free is gone.

    It is written without waiting for the disk: a kill -9 loses nothing that the system has taken.
    Nothing that goes wrong with it stops a command, which then is only less sure of its answer.
    Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._pending: dict[int, Pending] = {}
        self._file: Path | None = None
        self._handle: int | None = None
        self._size = 0
        if folder is not None:
            with _forgiving():
                folder.mkdir(parents=True, exist_ok=True)
                self._begin_file(folder)

    def begin(self, pending: Pending) -> None:
        """Before it is acknowledged."""
        self._pending[pending.id] = pending
        self._add(str(pending))

    def settle(self, interaction: int) -> None:
        """It is answered, or written down elsewhere. What is not pending stays so."""
        if self._pending.pop(interaction, None) is not None:
            self._add(over(interaction))

    def take_over(self) -> list[Pending]:
        """What programs that are gone left unanswered; from now on it is pending here."""
        taken: list[Pending] = []
        if self._folder is None:
            return taken
        with _forgiving():
            for file in sorted(self._folder.glob(f"*{ENDING}")):
                if file != self._file:
                    taken += self._taken_from(file)
        return taken

    def close(self) -> None:
        """What is pending is left to the next program."""
        handle, self._handle = self._handle, None
        if handle is None or self._file is None:
            return
        with _forgiving():
            if not self._pending:
                self._file.unlink(missing_ok=True)
            os.close(handle)

    def _taken_from(self, file: Path) -> list[Pending]:
        try:
            handle = os.open(file, os.O_RDWR)
        except FileNotFoundError:
            return []  # another program was faster
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(handle, encoding="utf-8", errors="replace", closefd=False) as opened:
                left = list(_left_in(opened.read()))
            for pending in left:
                self.begin(pending)
            file.unlink(missing_ok=True)
            return left
        except BlockingIOError:
            return []  # its program lives
        finally:
            os.close(handle)

    def _add(self, line: str) -> None:
        if self._handle is None or self._folder is None:
            return
        # The end of a line comes before the next: one that broke off spoils no other.
        content = f"\n{line}".encode()
        with _forgiving():
            if self._size > LARGEST:
                self._begin_file(self._folder)
            self._size += len(content)
            os.write(self._handle, content)

    def _begin_file(self, folder: Path) -> None:
        """With what is pending alone; only then the one before is given up."""
        file = folder / f"{uuid4().hex}{ENDING}"
        content = "".join(f"\n{pending}" for pending in self._pending.values()).encode()
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, ONLY_OURS)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(handle, content) < len(content):
                raise OSError("the disk is full")
        except OSError:
            os.close(handle)
            file.unlink(missing_ok=True)
            raise
        before, old = self._handle, self._file
        self._handle, self._file, self._size = handle, file, 0
        if before is not None and old is not None:
            old.unlink(missing_ok=True)
            os.close(before)


def _left_in(text: str) -> Iterator[Pending]:
    found: dict[int, Pending] = {}
    for line in filter(None, text.split("\n")):
        with suppress(ValueError):
            match Pending.read(line):
                case Pending() as pending:
                    found[pending.id] = pending
                case int(interaction):
                    found.pop(interaction, None)
    yield from found.values()


@contextmanager
def _forgiving() -> Iterator[None]:
    """For what must not stop anybody."""
    try:
        yield
    except OSError as error:
        log.warning("commands that are cut off may stay without an answer: %s", error)
