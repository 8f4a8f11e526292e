"""What the program's log says, and which of it must not be there."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.soak.excuses import Excuses, Trouble

BAD = frozenset({"error", "critical"})
NUMBERS = re.compile(r"\b[0-9a-f]{32,}\b|\d+(\.\d+)?")
LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A line that is right while there is such trouble: what the mend is for its reader."""

    logger: str
    words: re.Pattern[str]
    troubles: tuple[Trouble, ...]


EXPECTED = (
    Expected(
        logger="storage",
        words=re.compile(r"the database .*failed: "),
        troubles=(Trouble.DATABASE, Trouble.HALTED, Trouble.AWAY),
    ),
    Expected(
        logger="bot.discord.speech.refusals",
        words=re.compile("^something could not be stored or read: "),
        troubles=(Trouble.DATABASE, Trouble.HALTED, Trouble.AWAY),
    ),
    # Nobody waits any more for what was offered while they typed.
    Expected(
        logger="discord.app_commands.tree",
        words=re.compile("^Ignoring exception in autocomplete "),
        troubles=tuple(Trouble),
    ),
    # With a traceback, which is the library's own way to say that nobody lets it in yet.
    Expected(
        logger="discord.client",
        words=re.compile("^Attempting a reconnect in "),
        troubles=(Trouble.DISCORD, Trouble.HALTED),
    ),
)


@dataclass(slots=True)
class LogFile:
    """Read on from where it was read to; `lines` counts them by level and what they say."""

    path: Path
    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    _read: int = 0

    def complaints(self, excuses: Excuses) -> Iterator[str]:
        with self.path.open("rb") as file:
            file.seek(self._read)
            for line in file:
                # One that is not whole yet is read the next time.
                if not line.endswith(b"\n"):
                    break
                self._read += len(line)
                yield from self._judged(line.decode(errors="replace").rstrip(), excuses)

    def _judged(self, line: str, excuses: Excuses) -> Iterator[str]:
        told = read_line(line)
        if told is None:
            if line.strip():
                yield f"the log has a line that is none: {line[:LONGEST]}"
            return
        self.lines[told["level"], f"{told['logger']}: {NUMBERS.sub('#', told['message'])}"] += 1
        if is_bad(told, excuses):
            trace = str(told.get("traceback", "")).strip().splitlines()
            more = f" ({trace[-1]})" if trace else ""
            yield f"the log says: {told['logger']}: {told['message'][:LONGEST]}{more}"[:LONGEST]


def read_line(line: str) -> Mapping[str, Any] | None:
    """None where it is no line of a log: what Python or a library wrote past it."""
    try:
        told = json.loads(line)
        return told if {"time", "level", "logger", "message"} <= set(told) else None
    except (ValueError, TypeError):
        return None


def is_bad(told: Mapping[str, Any], excuses: Excuses) -> bool:
    if told["level"] not in BAD and "traceback" not in told:
        return False
    moment = datetime.fromisoformat(told["time"]).timestamp()
    return not any(
        told["logger"].startswith(one.logger)
        and one.words.search(told["message"])
        and excuses.any(moment, *one.troubles)
        for one in EXPECTED
    )
