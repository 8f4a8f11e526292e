"""How many hostile inputs go in by each entrance: ten thousand in all, and a tenth each time."""

import logging
from collections.abc import Iterable

import pytest

SHARES = {
    "prompt": 3500,
    "http": 3000,
    "discord": 1500,
    "terminal": 500,
    "settings": 1000,
    "files": 500,
}


def through(entrance: str) -> pytest.MarkDecorator:
    """For a test that takes a `count`."""
    whole = SHARES[entrance]
    full = pytest.param(whole, marks=[pytest.mark.slow, pytest.mark.timeout(900)])
    return pytest.mark.parametrize("count", [whole // 10, full])


def bugs_in(records: Iterable[logging.LogRecord]) -> list[str]:
    """What the log says went wrong in a way that nobody meant."""
    return [
        f"{record.name}: {record.getMessage()} {record.exc_info}"
        for record in records
        if record.exc_info or record.levelno >= logging.ERROR
    ]
