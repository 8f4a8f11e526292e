"""A program that serves many pages may have many files open."""

import resource
from collections.abc import Iterator

import pytest

from bot.open_files import WANTED, allow_many


@pytest.fixture(autouse=True)
def limits() -> Iterator[tuple[int, int]]:
    """Those that the tests run under, which come back afterwards."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_as_many_may_be_open_as_the_system_lets_it(limits: tuple[int, int]) -> None:
    _, most = limits
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, most))

    allowed = allow_many()

    assert allowed == min(WANTED, most)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (allowed, most)


def test_who_may_have_more_keeps_it() -> None:
    allowed = allow_many()

    assert allow_many() == allowed
