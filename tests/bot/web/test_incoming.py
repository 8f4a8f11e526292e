"""Pictures are unpacked and packed one at a time."""

import asyncio
from threading import Barrier, BrokenBarrierError

from bot.web.incoming import Incoming
from tests.engine.house import open_house

A_MOMENT_S = 0.1


async def test_no_two_pictures_are_worked_on_at_a_time() -> None:
    two = Barrier(2, timeout=A_MOMENT_S)

    def work() -> bool:
        try:
            two.wait()
        except BrokenBarrierError:
            return False
        return True

    async with open_house(working=False) as house:
        incoming, another = (Incoming(house.studio, house.ledger) for _ in range(2))

        met = await asyncio.gather(incoming.alone(work), incoming.alone(work), another.alone(work))

    assert not any(met)
