"""The specimens, built once."""

from collections.abc import Mapping

import pytest

from tests.engine.gpu.families.specimen import Specimen, every_specimen


@pytest.fixture(scope="session")
def specimens() -> Mapping[str, Specimen]:
    return every_specimen()
