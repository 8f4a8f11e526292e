"""Calls: what a child was asked for and has not answered yet."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Calls(Generic[Answer]):
    """By numbers. Whatever is said of one that nobody waits for any more is passed over."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[Answer]] = {}

    @contextmanager
    def waiting(self, number: int) -> Iterator[asyncio.Future[Answer]]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            yield future
        finally:
            self._waiting.pop(number, None)

    def answer(self, number: int, answer: Answer) -> None:
        if future := self._open(number):
            future.set_result(answer)

    def refuse(self, number: int, error: Exception) -> None:
        if future := self._open(number):
            future.set_exception(error)

    def end(self, error: Callable[[], Exception]) -> None:
        """All of them, each with an error of its own: one collects where it was raised."""
        for number in tuple(self._waiting):
            self.refuse(number, error())

    def is_waiting(self, number: int) -> bool:
        return self._open(number) is not None

    def _open(self, number: int) -> asyncio.Future[Answer] | None:
        future = self._waiting.get(number)
        return None if future is None or future.done() else future
