"""The specimens of all families, built once."""

from tests.engine.gpu.families.conftest import specimens

__all__ = ["specimens"]
