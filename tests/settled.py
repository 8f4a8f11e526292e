"""What a test finds, and what it leaves behind.

Signals mean what they usually mean, also where the tests were started with `nohup`. What outlives a
file of tests is left alone by the collector of garbage from then on: thousands of tests and all of
torch take seconds to be looked through, and the engine has that done whenever a model goes. What a
program that ran in this process wants to be logged holds for its test alone.
"""

import gc
import logging
import signal
from collections.abc import Generator

import pytest

from bot.logs import OURS


def pytest_sessionstart() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    before = {logger: logger.level for logger in map(logging.getLogger, OURS)}
    result = yield
    for logger, level in before.items():
        logger.setLevel(level)
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return result
