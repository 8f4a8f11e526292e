"""Lag: how late the event loop comes to what was due, which everybody waits for who asks."""

import asyncio
from collections.abc import Awaitable, Callable

PAUSE_S = 0.5


async def watch_lag(
    told: Callable[[float], None],
    *,
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Until cancelled."""
    clock = clock or asyncio.get_running_loop().time
    while True:
        due = clock() + PAUSE_S
        await sleep(PAUSE_S)
        told(max(0.0, clock() - due))
