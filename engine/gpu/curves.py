"""Curves: what was measured of steps, kept so that the next start need not measure it again."""

import json
import logging
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any

from engine.curve import Curve

log = logging.getLogger(__name__)

OF, CURVE = "of", "curve"


class Curves:
    """Each in a file of its own: painters beside each other never change what another measured.

    What a curve is of is told by what changes it. Without a folder nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def of(self, told: Sequence[str]) -> Curve | None:
        """None where it must be measured."""
        if self._folder is None:
            return None
        file = _file(self._folder, told)
        try:
            kept: Any = json.loads(file.read_text("utf-8"))
            return Curve.from_dict(kept[CURVE])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            log.warning("%s cannot be read, so it is measured again: %r", file, error)
            return None

    def keep(self, told: Sequence[str], curve: Curve) -> None:
        """Whole or not at all. Where it cannot be kept, the next start measures it."""
        if self._folder is None:
            return
        file = _file(self._folder, told)
        half = file.with_name(f"{file.stem}.{token_hex(6)}.half")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                kept = {OF: list(told), CURVE: curve.to_dict()}
                half.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", "utf-8")
                os.replace(half, file)
            finally:
                half.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be written, so the next start measures again: %s", file, error)


def _file(folder: Path, told: Sequence[str]) -> Path:
    """Names of cards and models need not be names of files."""
    return folder / f"{sha256(json.dumps(list(told)).encode()).hexdigest()[:32]}.json"
