"""Mishap: one of our errors on its way to another process, with all that other languages need."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dispatcher import BUG
from engine.errors import EaselError, PaintingFailed
from engine.phrase import phrase_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """`kind` is the name of a class in engine/errors.py."""

    kind: str
    phrase: str


def mishap_of(error: Exception) -> Mishap:
    """What a bug says is for the log alone."""
    if not isinstance(error, EaselError):
        return Mishap(kind=PaintingFailed.__name__, phrase=BUG)
    kind = next(kind for kind in type(error).__mro__ if kind.__name__ in KINDS)
    return Mishap(kind=kind.__name__, phrase=error.phrase)


def error_of(mishap: Mishap) -> EaselError:
    """It again. One that nobody knows here is a painting that failed."""
    kind = KINDS.get(mishap.kind)
    return kind(phrase_of(mishap.phrase)) if kind else PaintingFailed(BUG)


def _tree(root: type[EaselError]) -> Iterator[type[EaselError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _tree(kind)


KINDS = {
    kind.__name__: kind for kind in _tree(EaselError) if kind.__module__ == EaselError.__module__
}
