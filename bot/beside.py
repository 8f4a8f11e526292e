"""Beside: work that goes on as long as something else does, and does not break unseen."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def beside(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Should one of them break, what goes on beside it stops too instead of waiting for ever.

    One that ends by itself is missed by nobody.
    """
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(work) for work in works]
            yield
            for task in running:
                task.cancel()
    except BaseExceptionGroup as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
