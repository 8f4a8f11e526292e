"""How often something is tried: a tenth of it each time, and all of it in the full check."""

import pytest


def counted(whole: int) -> pytest.MarkDecorator:
    """For a test that takes a `count`."""
    full = pytest.param(whole, marks=[pytest.mark.slow, pytest.mark.timeout(900)])
    return pytest.mark.parametrize("count", [whole // 10, full])
