"""The tests' own part of pytest: the promises and how they were kept."""

from tests.reliability.report import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
)

__all__ = ["pytest_addoption", "pytest_collection_modifyitems", "pytest_configure"]
