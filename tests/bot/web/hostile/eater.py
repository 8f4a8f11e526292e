"""Sends hostile pictures all at once to the whole program, in a process of its own, and tells how
much it grew."""

import asyncio
import sys
from base64 import b64encode
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot.settings import Settings
from bot.web.app import make_web
from tests.bot.web.conftest import SECRET, Client, open_house
from tests.fakes import a_png

TAKEN, REFUSED = frozenset({200, 202}), frozenset({422})


def most_ever() -> int:
    """KiB of memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise RuntimeError("this system does not say how much memory a program used")


async def send(client: Client, path: str, file: bytes) -> int:
    """By one of the ways in which pictures come in."""
    picture = b64encode(file).decode()
    body: dict[str, Any] = {"prompt": "a fox", "width": 128, "height": 128}
    if path == "/v1/jobs":
        body["image"] = picture
    else:
        body["init_images"] = [picture]
    async with client.post(path, json=body) as answer:
        await answer.read()
        return answer.status


async def eat(files: list[bytes], path: str) -> None:
    with TemporaryDirectory() as folder:
        async with open_house(Settings(port=0, data_dir=Path(folder))) as house:
            house.painter.gate.set()
            pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
            headers = {"Authorization": f"Bearer {await house.key()}"}
            async with TestClient(TestServer(pages), headers=headers) as client:
                await send(client, path, a_png())
                before = most_ever()
                told = await asyncio.gather(*(send(client, path, file) for file in files))
    taken, refused = (sum(one in kind for one in told) for kind in (TAKEN, REFUSED))
    print(taken, refused, (most_ever() - before) // 2**10)  # noqa: T201  its answer


if __name__ == "__main__":
    path, count, *names = sys.argv[1:]
    kept = [Path(name).read_bytes() for name in names]
    asyncio.run(eat(list(islice(cycle(kept), int(count))), path))
