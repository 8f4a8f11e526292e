"""Takes in hostile pictures all at once, in a process of its own, and tells how much it grew."""

import asyncio
import sys
from itertools import cycle, islice
from pathlib import Path

from bot.web.incoming import Incoming
from engine.errors import InvalidRequest
from engine.job import Owner
from tests.engine.house import open_house
from tests.fakes import a_png

COUNT = 200


def most_ever() -> int:
    """KiB of memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise RuntimeError("this system does not say how much memory a program used")


async def eat(files: list[bytes]) -> None:
    async with open_house() as house:
        incoming = Incoming(house.studio)
        await incoming.keep(a_png(), Owner(id="who"))
        before = most_ever()
        told = await asyncio.gather(
            *(incoming.keep(file, Owner(id="who")) for file in files), return_exceptions=True
        )
    refused = sum(isinstance(one, InvalidRequest) for one in told)
    print(len(told) - refused, refused, (most_ever() - before) // 2**10)  # noqa: T201  its answer


if __name__ == "__main__":
    kept = [Path(name).read_bytes() for name in sys.argv[1:]]
    asyncio.run(eat(list(islice(cycle(kept), COUNT))))
