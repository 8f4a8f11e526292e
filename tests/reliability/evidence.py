"""Evidence: which tests show which promise, and which let a broken program be found out.

`@pytest.mark.promise(9, count=50)` says that a test shows promise 9 by 50 tries; where the test is
`counted`, that says how many. `@pytest.mark.mutant(9)` stands at a test in which a program without
the guard is found out. The marks are read from the source, so that nothing has to be imported.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PROMISE, MUTANT, COUNTED = "promise", "mutant", "counted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A marked test. `count` is 0 where nothing says how often it tries."""

    file: str
    name: str
    kind: str
    numbers: tuple[int, ...]
    count: int = 0

    @property
    def test(self) -> str:
        """As pytest calls it, without its parameters."""
        return f"{self.file}::{self.name}"


@cache
def all_evidence() -> tuple[Evidence, ...]:
    """In all files of tests, as they were when they were first looked at."""
    return tuple(one for file in sorted(TESTS.rglob("test_*.py")) for one in _in_file(file))


def _in_file(file: Path) -> Iterator[Evidence]:
    source = file.read_text("utf-8")
    if f"mark.{PROMISE}(" in source or f"mark.{MUTANT}(" in source:
        yield from evidence_in(source, file.relative_to(ROOT).as_posix())


def evidence_in(source: str, path: str) -> Iterator[Evidence]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        # Also marks of a single parameter, within the decorator that names it.
        inside = [one for each in node.decorator_list for one in ast.walk(each)]
        calls = [one for one in inside if isinstance(one, ast.Call)]
        counts = [_first(call) for call in calls if _name(call) == COUNTED]
        for call in calls:
            if (kind := _name(call)) in {PROMISE, MUTANT}:
                yield Evidence(
                    file=path,
                    name=node.name,
                    kind=kind,
                    numbers=tuple(ast.literal_eval(number) for number in call.args),
                    count=max([*_counts(call), *counts], default=0),
                )


def _counts(call: ast.Call) -> Iterator[int]:
    for keyword in call.keywords:
        if keyword.arg == "count":
            yield int(ast.literal_eval(keyword.value))


def _first(call: ast.Call) -> int:
    return int(ast.literal_eval(call.args[0]))


def _name(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
