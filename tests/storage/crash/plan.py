"""What a program in a crash test is told to do, and what it writes down for whoever looks later."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCEPTED, BEGUN, TOLD = "accepted.jsonl", "begun.jsonl", "told.jsonl"
LEASE_S = 2.0
"""So long a machine may halt a program that must not lose its job by that."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`asks` are prompts by the key of their interaction; each is sent so often as it stands there.

    `trap` is the point at which the program kills itself, when it gets there for the `at`th time.
    A `mutant` is a program with a mistake, of which the checks must complain.
    """

    asks: tuple[tuple[str, str], ...] = ()
    trap: str | None = None
    at: int = 1
    mutant: str | None = None
    lease: float = 0.5
    beat: float = 0.1
    long: float = 4.0
    seats: int = 3


def note(folder: Path, name: str, **told: Any) -> None:
    """Add a line to one of the files, whole or not at all, whatever happens to the program."""
    line = json.dumps(told) + "\n"
    handle = os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, line.encode())
    finally:
        os.close(handle)


def notes(folder: Path, name: str) -> Sequence[Mapping[str, Any]]:
    try:
        return [json.loads(line) for line in (folder / name).read_text().splitlines()]
    except FileNotFoundError:
        return []
