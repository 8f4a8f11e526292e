"""How often something is tried: a few times each time, and all of it in the full check."""

import pytest


def counted(whole: int, usual: int | None = None) -> pytest.MarkDecorator:
    """For a test that takes a `count`: a tenth of it is usual, or what is said; 0 is only in full.

    That is for a test whose guard a cheaper one has too.
    """
    full = pytest.param(whole, marks=[pytest.mark.slow, pytest.mark.timeout(900)])
    some = whole // 10 if usual is None else usual
    return pytest.mark.parametrize("count", [some, full] if some else [full])
