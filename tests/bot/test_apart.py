"""What is done apart answers, and keeps nobody from ending."""

import asyncio
import threading

import pytest

from bot.apart import apart
from tests.engine.child.nursery import PATIENCE_S, soon


async def test_what_comes_of_it_comes_back() -> None:
    def fail() -> None:
        raise ValueError("no")

    assert await soon(apart(lambda: 7)) == 7
    with pytest.raises(ValueError, match="no"):
        await soon(apart(fail))


def test_an_event_loop_ends_without_it() -> None:
    begun, ends, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        ends.wait(PATIENCE_S)
        ended.set()

    async def leave() -> None:
        task = asyncio.create_task(apart(work))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        task.cancel()

    asyncio.run(leave())

    assert not ended.is_set()
    ends.set()
    assert ended.wait(PATIENCE_S)
