"""How late the event loop is."""

import asyncio

import pytest

from bot.lag import PAUSE_S, watch_lag


async def test_it_tells_how_much_later_than_due_it_comes() -> None:
    now, late, told = 100.0, iter([0.0, 0.25]), list[float]()

    async def sleep(seconds: float) -> None:
        nonlocal now
        try:
            now += seconds + next(late)
        except StopIteration:
            raise asyncio.CancelledError from None

    with pytest.raises(asyncio.CancelledError):
        await watch_lag(told.append, clock=lambda: now, sleep=sleep)

    assert PAUSE_S == 0.5
    assert told == [0.0, 0.25]
