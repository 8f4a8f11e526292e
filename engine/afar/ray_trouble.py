"""What Ray raises where it cannot reach somebody, in the words that help."""

from collections.abc import Iterator
from contextlib import contextmanager

from ray.exceptions import RayError, RayTaskError

from engine.afar.ferry import Away

TROUBLE = (RayError, OSError, RuntimeError, ValueError)
"""The last three where there is no cluster, or none that it can join."""


@contextmanager
def reached() -> Iterator[None]:
    """Raises Away where Ray says that it cannot."""
    try:
        yield
    except TROUBLE as error:
        raise Away(first_line(error)) from error


def first_line(error: Exception) -> str:
    """Ray explains itself at length; what helps is in the first line, or in that of the cause."""
    if isinstance(error, RayTaskError) and isinstance(error.cause, Exception):
        return first_line(error.cause)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__
