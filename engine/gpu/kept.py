"""Kept: what was found out while a painter warmed up, for its next start."""

import json
import logging
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import Any

log = logging.getLogger(__name__)

OF, FOUND = "of", "found"
# Of a file with a finding; they have about a thousandth of it.
LARGEST = 2**20


class Kept:
    """Each finding in a file of its own: painters beside each other never change each other's.

    What it is of is told by all that changes it; `of` is what all findings here have in common.
    Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None, *, of: Sequence[str] = ()) -> None:
        self._folder = folder
        self._of = tuple(of)

    def of(self, told: Sequence[str]) -> Any:
        """As JSON has it; None where it must be found out."""
        if self._folder is None:
            return None
        file = self._file(self._folder, told)
        try:
            state = file.stat()
            # A pipe of that name would be waited for until somebody writes.
            if not S_ISREG(state.st_mode) or state.st_size > LARGEST:
                raise ValueError("that is no file of ours")
            return json.loads(file.read_text("utf-8"))[FOUND]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            self.doubt(told, error)
            return None

    def doubt(self, told: Sequence[str], error: Exception) -> None:
        """Whoever asked cannot make anything of what is kept."""
        if self._folder is not None:
            file = self._file(self._folder, told)
            log.warning("%s cannot be read, so it counts for nothing: %r", file, error)

    def keep(self, told: Sequence[str], found: Any) -> bool:
        """Whole or not at all: False where it cannot be kept, and the next start finds it out."""
        if self._folder is None:
            return False
        file = self._file(self._folder, told)
        half = file.with_name(f"{file.stem}.{token_hex(6)}.half")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                kept = {OF: [*self._of, *told], FOUND: found}
                half.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")
                os.replace(half, file)
            finally:
                half.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be written, so the next start begins anew: %s", file, error)
            return False
        return True

    def _file(self, folder: Path, told: Sequence[str]) -> Path:
        """Names of cards and models need not be names of files."""
        of = json.dumps([*self._of, *told]).encode()
        return folder / f"{sha256(of).hexdigest()[:32]}.json"
