"""An event loop whose clock jumps."""

import asyncio
import threading
from datetime import timedelta

import pytest

from engine.simulation.virtual_time import BEGIN, VirtualTime, in_virtual_time

A_YEAR_S = 365 * 86400.0


async def test_a_year_passes_at_once_and_in_its_order() -> None:
    async def main(loop: VirtualTime) -> list[str]:
        heard = list[str]()

        async def say(after: float, word: str) -> None:
            await asyncio.sleep(after)
            heard.append(f"{word} at {loop.time():g}")

        await asyncio.gather(say(A_YEAR_S, "last"), say(2, "second"), say(1, "first"))
        assert loop.now() == BEGIN + timedelta(days=365)
        return heard

    assert await in_virtual_time(main) == ["first at 1", "second at 2", "last at 3.1536e+07"]


async def test_what_another_thread_does_takes_no_time_while_the_clock_stands_still() -> None:
    opened = threading.Event()

    class Calls:
        async def slow(self, answer: str) -> str:
            await asyncio.to_thread(opened.wait)
            return answer

    async def main(loop: VirtualTime) -> tuple[str, float]:
        sleeping = asyncio.create_task(asyncio.sleep(A_YEAR_S))
        asked = asyncio.create_task(loop.standing_still(Calls()).slow("answer"))
        await asyncio.sleep(0)
        threading.Timer(0.05, opened.set).start()
        answer = await asked
        took = loop.time()
        await sleeping
        assert loop.time() == A_YEAR_S
        return answer, took

    assert await in_virtual_time(main) == ("answer", 0.0)


async def test_without_standing_still_others_do_not_wait_for_it() -> None:
    opened = threading.Event()

    async def main(loop: VirtualTime) -> float:
        waiting = asyncio.create_task(asyncio.to_thread(opened.wait))
        await asyncio.sleep(5)
        opened.set()
        await waiting
        return loop.time()

    assert await in_virtual_time(main) >= 5


async def test_an_error_in_there_comes_out() -> None:
    async def main(loop: VirtualTime) -> None:
        await asyncio.sleep(1)
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        await in_virtual_time(main)


async def test_who_gives_up_ends_what_goes_on_in_there() -> None:
    begun, ended = asyncio.Event(), threading.Event()
    here = asyncio.get_running_loop()

    async def main(loop: VirtualTime) -> None:
        here.call_soon_threadsafe(begun.set)
        try:
            await asyncio.gather(*(asyncio.sleep(number) for number in range(10**4)))
            await loop.create_future()
        finally:
            ended.set()

    running = asyncio.create_task(in_virtual_time(main))
    await begun.wait()
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended.is_set()
