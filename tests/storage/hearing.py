"""Hearing: what Python tells of what it is about to do, to step in right then."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Heard = Callable[[tuple[object, ...]], None]


@contextmanager
def hearing(event: str, then: Heard) -> Iterator[None]:
    listens = True

    def hear(name: str, about: tuple[object, ...]) -> None:
        if listens and name == event:
            then(about)

    # Nobody can take it away again.
    sys.addaudithook(hear)
    try:
        yield
    finally:
        listens = False
