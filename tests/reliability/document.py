"""The document that says when each promise was tried last, and how that went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.reliability.promises import PROMISES, Promise

HEAD = """# Reliability

What Easel promises, and when that was tried last. `./test` tries a small part of each;
`./test --full` tries all of it and writes this page. `./test --full --promise=9` tries one promise
anew and leaves the others' lines as they are.

Each promise also has programs without the guard that keeps it: a test that does not find them out
fails. A count like 2 × 100 is a hundred tries each, for instance on SQLite and on Postgres.

| | promise | tests | count | result | date | commit |
|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one test ended. `count` is 0 where it tried less than the full count, or was a mutant's.

    `figures` are what it measured, in words.
    """

    test: str
    passed: bool
    count: int = 0
    of_mutant: bool = False
    figures: tuple[str, ...] = field(default=())


def line_of(
    promise: Promise, outcomes: Sequence[Outcome], *, on: date, commit: str, root: str = ".."
) -> str:
    tests = sorted({one.test.split("::")[0] for one in outcomes})
    links = ", ".join(f"[{_short(file)}]({root}/{file})" for file in tests)
    counts = Counter(one.count for one in outcomes if one.count)
    tried = ", ".join(
        f"{times} × {count:,}" if times > 1 else f"{count:,}"
        for count, times in sorted(counts.items(), reverse=True)
    )
    cells = (
        str(promise.number),
        f"{promise.words} ({promise.demand})",
        links,
        tried,
        _result(outcomes),
        on.isoformat(),
        commit,
    )
    return _row(cells)


def write(lines: Mapping[int, str], before: str = "") -> str:
    """The whole page: a promise that has no new line keeps the one it had before."""
    earlier = lines_in(before)
    return HEAD + "".join(
        lines.get(one.number) or earlier.get(one.number) or _untried(one) for one in PROMISES
    )


def lines_in(page: str) -> dict[int, str]:
    """The line of each promise by its number."""
    found = {}
    for line in page.splitlines():
        number = line.removeprefix("| ").split(" ")[0]
        if line.startswith("| ") and number.isdigit():
            found[int(number)] = f"{line}\n"
    return found


def _result(outcomes: Sequence[Outcome]) -> str:
    failed = sorted({one.test.split("::")[1] for one in outcomes if not one.passed})
    if failed:
        return f"**not held**: {', '.join(failed)}"
    mutants = len({one.test for one in outcomes if one.of_mutant})
    figures = [figure for one in outcomes for figure in one.figures]
    found = f"held; broken programs found out: {mutants}"
    return "; ".join([found, *dict.fromkeys(figures)])


def _untried(promise: Promise) -> str:
    words = f"{promise.words} ({promise.demand})"
    return _row((str(promise.number), words, "", "", "not tried in full yet", "", ""))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '∣') for cell in cells)} |\n"


def _short(file: str) -> str:
    return file.removeprefix("tests/").removesuffix(".py")
