"""Record: the file of figures, which is whole after every part."""

import json
import os
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

CUT_OFF = "It was cut off."


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What figures depend on besides what is measured. Of another one they are other figures."""

    device: str
    hand: str
    torch: str
    cuda: str | None
    diffusers: str
    transformers: str
    python: str
    narrow: bool
    without: str = ""
    """The switches that were left out."""


class OtherSetup(Exception):
    """The file holds figures of another card, of other versions, or none of ours."""


class NotKept(Exception):
    """The file cannot be written. What it held before is whole."""


class Record:
    """Parts by name: what was found, or the error that they ended with."""

    def __init__(self, file: Path, setup: Setup, parts: dict[str, Any]) -> None:
        self._file = file
        self.setup = setup
        self._parts = parts

    @classmethod
    def at(cls, file: Path, setup: Setup) -> Self:
        """As an earlier run left it, or empty. Raises OtherSetup."""
        try:
            told = json.loads(file.read_text("utf-8"))
            there = Setup(**told["setup"])
            parts = {name: dict(part) for name, part in told["parts"].items()}
        except FileNotFoundError:
            return cls(file, setup, {})
        except OSError as error:
            raise OtherSetup(f"{file.name} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OtherSetup(f"{file.name} holds no figures. Name another file.") from error
        if there != setup:
            raise OtherSetup(
                f"{file.name} holds figures of {_shortly(there)}, and this is {_shortly(setup)}. "
                "Name another file."
            )
        return cls(file, setup, parts)

    @property
    def found(self) -> Mapping[str, Any]:
        """By part, of those that ended well."""
        return {name: part["found"] for name, part in self._parts.items() if "found" in part}

    @property
    def failed(self) -> Mapping[str, str]:
        """The error by part."""
        return {name: part["error"] for name, part in self._parts.items() if "error" in part}

    @property
    def disturbed(self) -> Collection[str]:
        """Those beside which something else was at work."""
        return [name for name, part in self._parts.items() if part.get("disturbed")]

    def begin(self, name: str) -> None:
        """Noted beforehand, so that a part that takes the program with it is known to have."""
        self._keep(name, {"error": CUT_OFF})

    def end(self, name: str, found: Any, seconds: float, *, disturbed: bool = False) -> None:
        """`found` is a frozen result; `disturbed` where a compiler was at work meanwhile."""
        part = {"found": asdict(found), "seconds": round(seconds, 1)}
        self._keep(name, part | ({"disturbed": True} if disturbed else {}))

    def fail(self, name: str, error: str, seconds: float) -> None:
        self._keep(name, {"error": error, "seconds": round(seconds, 1)})

    def forget(self, name: str) -> None:
        self._parts.pop(name, None)

    def _keep(self, name: str, part: Mapping[str, Any]) -> None:
        self._parts[name] = dict(part)
        told = {"setup": asdict(self.setup), "parts": self._parts}
        beside = self._file.with_name(f".{self._file.name}.new")
        try:
            beside.write_text(json.dumps(told, indent=1), "utf-8")
            os.replace(beside, self._file)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise NotKept(f"{self._file} cannot be written: {error.strerror}.") from error


def _shortly(setup: Setup) -> str:
    without = f", without {setup.without}" if setup.without else ""
    return f"{setup.device} with torch {setup.torch} ({setup.hand}{without})"
