"""The specimens of all families, built once, and models that a test may change."""

import pytest

from engine.gpu.family import Family
from engine.gpu.switches.tracks import Tracks
from tests.engine.gpu import tiny
from tests.engine.gpu.families.conftest import specimens
from tests.engine.gpu.together import CPU, family_of

__all__ = ["specimens"]


@pytest.fixture
def own() -> Family:
    """Nobody else's, since it is changed."""
    return family_of(tiny.pipeline())


@pytest.fixture
def tracked(own: Family) -> Family:
    """As soon as it is warm."""
    own.tracks = Tracks(own.network, own.ask_of, CPU)
    return own
