"""What the pages say that people see is what the program says."""

import re
from collections.abc import Iterator

import pytest

from tests.docs.pages import PAGES, ROOT, Page

TROUBLE = "## When it does not work\n"
SAID = re.compile(r"[“`](?!EASEL_)([A-Z][^”`]{12,})[”`]")
FILLED_IN = re.compile(r"…|\d+|\bcuda\b|“[^”]*”")
"""What a sentence is told as it is said: a number, a name, a path."""
JOINED = re.compile(r"\"\s*\n\s*f?\"")
SHORTEST = 10
OTHERS = ("The application did not respond",)
"""What Discord says itself."""
SOURCES = ("bot/**/*.py", "engine/**/*.py", "storage/**/*.py", "bot/**/en.toml", "run")


@pytest.fixture(scope="module")
def program() -> str:
    """All that is written in it, with the strings that stand in several lines in one."""
    files = [file for pattern in SOURCES for file in ROOT.glob(pattern)]
    return JOINED.sub("", "\n".join(file.read_text("utf-8") for file in files))


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_what_is_quoted_where_something_goes_wrong_is_said(each: Page, program: str) -> None:
    assert [part for part in _quoted(each) if part not in program] == []


def test_a_sentence_that_nobody_says_is_seen(program: str) -> None:
    assert "This sentence is said by " + "nobody at all." not in program


def _quoted(each: Page) -> Iterator[str]:
    """The parts between what is filled in."""
    for said in SAID.findall(each.text.partition(TROUBLE)[2]):
        if said not in OTHERS:
            yield from (part for part in map(str.strip, FILLED_IN.split(said)) if _is_long(part))


def _is_long(part: str) -> bool:
    return len(part) >= SHORTEST
