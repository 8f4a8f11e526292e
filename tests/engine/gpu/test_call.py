"""The way back into the event loop, when nobody waits there any more."""

import asyncio
import logging

import pytest
from PIL import Image

from engine.errors import Cancelled
from engine.gpu.call import Call


async def test_who_gave_up_is_told_nothing_more() -> None:
    told: list[int] = []
    call = Call(lambda step, preview: told.append(step))
    waiting = asyncio.ensure_future(call.outcome())
    call.tell(1, None)
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    call.tell(2, Image.new("RGB", (8, 8)))
    await asyncio.sleep(0)

    assert told == [1]


async def test_the_first_answer_stands() -> None:
    call = Call(lambda step, preview: None)

    call.end(Cancelled("first"))
    call.end(Cancelled("second"))

    with pytest.raises(Cancelled, match="first"):
        await call.outcome()


def test_an_answer_after_the_loop_has_closed_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[int] = []

    async def make() -> Call:
        return Call(lambda step, preview: told.append(step))

    call = asyncio.run(make())

    with caplog.at_level(logging.DEBUG, "engine"):
        call.tell(1, None)
        call.end(Cancelled("too late"))

    assert told == []
    assert len(caplog.messages) == 2
    assert all("nobody waits for this any more" in line for line in caplog.messages)
