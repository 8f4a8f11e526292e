"""Whole: what must not be left half done, also where nobody waits for it any more."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def whole(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Whoever is cancelled while they wait for it are cancelled once it has ended."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        if not task.done():
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # there is nobody left to be told of it
        raise
