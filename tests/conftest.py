"""The tests' own parts of pytest: the promises and how they were kept, and less to look through."""

from hypothesis import HealthCheck, settings

from tests.reliability.report import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
)
from tests.settled import (
    pytest_collection_finish,
    pytest_runtest_protocol,
    pytest_sessionstart,
)

__all__ = [
    "pytest_addoption",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionstart",
]

# A machine that others use too halts for seconds now and then.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
