"""What outlives a file of tests is left alone by the collector of garbage from then on.

Thousands of tests and all of torch take seconds to be looked through, and the engine has that done
whenever a model goes.
"""

import gc
from collections.abc import Generator

import pytest


def pytest_collection_finish() -> None:
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    result = yield
    if nextitem is None or nextitem.path != item.path:
        gc.collect()
        gc.freeze()
    return result
