"""The reading and writing of a backup, in threads: nobody goes on before theirs has ended."""

import asyncio
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from engine.whole import whole
from storage.backup_contents import Stage, Tell

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Stopped(Exception):
    """Whoever waited was called off, so that nobody is left to tell."""


async def in_thread(
    work: Callable[Given, Answer], *given: Given.args, **named: Given.kwargs
) -> Answer:
    """Also whoever is called off meanwhile waits for its end: they tidy behind it."""
    return await whole(asyncio.to_thread(work, *given, **named))


async def while_told(work: Callable[[Tell], Answer], tell: Tell) -> Answer:
    """The same for what takes long: it stops the next time that it tells how far it is."""
    waiting = asyncio.current_task()

    def tell_or_stop(stage: Stage, done: int, total: int) -> None:
        if waiting is not None and waiting.cancelling():
            raise Stopped
        tell(stage, done, total)

    return await in_thread(work, tell_or_stop)
