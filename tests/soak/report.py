"""The report: a line a minute, and in the end all figures, for people and for programs."""

import platform
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any

import psutil

from tests.soak.growth import MOST, Growth, Sample

MIB = 2**20
POSTGRES, SQLITE = "Postgres", "SQLite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that a soak found out. `minutes` is how long people and programs asked."""

    minutes: float
    seed: int
    database: str
    began: datetime
    took_s: float
    jobs: Mapping[str, int]
    pictures_kept: int
    done: Mapping[str, int]
    faults: Mapping[str, int]
    lives: int
    looks: int
    halts: int
    starts_s: tuple[float, ...]
    exits_s: tuple[float, ...]
    stretch_s: float
    growth: tuple[Growth, ...]
    sizes: Mapping[str, int]
    log: Mapping[str, int]
    refused: Mapping[str, int]
    complaints: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.complaints

    def as_json(self) -> dict[str, Any]:
        growth = [{**asdict(one), "share": one.share} for one in self.growth]
        return {
            **asdict(self),
            "began": self.began.isoformat(timespec="seconds"),
            "growth": growth,
            "machine": machine(),
            "passed": self.passed,
        }


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def say(words: str) -> None:
    """At once, also where it goes into a file."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def minute(
    *,
    seconds: float,
    jobs: Counter[str],
    waiting: int,
    faults: int,
    lives: int,
    samples: list[Sample],
    sizes: Mapping[str, int],
    complaints: int,
) -> str:
    """How things stand, in a line."""
    last = samples[-1].values if samples else {}
    taken = " ".join(f"{name} {_short(name, value)}" for name, value in last.items())
    kept = " ".join(f"{name} {size / MIB:.1f} MiB" for name, size in sizes.items())
    return (
        f"{seconds / 60:5.1f} min  jobs {jobs.total()} ({_counts(jobs)})  waiting {waiting}  "
        f"faults {faults}  lives {lives}  {taken}  {kept}  complaints {complaints}"
    )


def _short(name: str, value: float) -> str:
    return f"{value / MIB:.0f} MiB" if name in {"rss", "heap"} else f"{value:.0f}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


def page(report: Report) -> str:
    """As docs/soak.md shows it."""
    jobs = sum(report.jobs.values())
    verdict = "All promises held." if report.passed else "Not all promises held; see below."
    rows = [
        ("asked for", f"{report.minutes:g} minutes, seed {report.seed}, {report.database}"),
        ("began", f"{report.began.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {report.took_s:.0f} s"),
        ("machine", machine()),
        ("jobs", f"{jobs:,}: {_counts(report.jobs)}"),
        ("faults", f"{sum(report.faults.values()):,}: {_counts(report.faults)}"),
        ("starts", f"{report.lives}, ready after {_spread(report.starts_s)}"),
        ("stops in order", f"{len(report.exits_s)}, gone after {_spread(report.exits_s)}"),
        ("looks at all promises", f"{report.looks:,}"),
        ("kept", ", ".join(f"{n} {size / MIB:.1f} MiB" for n, size in report.sizes.items())),
        ("what Discord refused", _counts(report.refused) or "nothing"),
        ("halts of the machine", f"{report.halts}"),
    ]
    lines = [
        "# The soak",
        "",
        "`./test --soak MINUTES --report` writes this page: the real program, asked by people on "
        "Discord, the page and all APIs at once, while everything around it goes wrong.",
        "",
        f"**{verdict}**",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {said} |" for name, said in rows),
        "",
        "## What grew in its longest life",
        "",
        f"After a third of its {report.stretch_s / 60:.0f} minutes, in which caches fill. "
        f"At most {MOST:.0%} may be added; the lesser of two measures counts.",
        "",
        "| | first quarter | last quarter | the line rises by | growth |",
        "|---|---|---|---|---|",
        *(_grown(one) for one in report.growth),
        "",
    ]
    if not report.growth:
        lines += ["The life was too short to tell.", ""]
    lines += ["## What was done", "", _counts(report.done) + ".", ""]
    if report.complaints:
        lines += ["## Broken promises", "", *(f"- {one}" for one in report.complaints), ""]
    return "\n".join(lines)


def _grown(one: Growth) -> str:
    numbers = (_short(one.name, value) for value in (one.first, one.last, one.drift))
    return f"| {one.name} | {' | '.join(numbers)} | {one.share:+.1%} |"


def _spread(seconds: tuple[float, ...]) -> str:
    if not seconds:
        return "none"
    return f"{median(seconds):.1f} s (longest {max(seconds):.1f} s)"
