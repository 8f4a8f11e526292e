"""Very many streams: everybody hears, and the painter does not feel it."""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from time import monotonic

import pytest

from engine.key import own_person
from engine.request import ImageRequest
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.events.listener import Listener, listening
from tests.bot.web.events.served import Served, served

PEOPLE, STREAMS = 10, 10
ROUNDS, ROUND_S = 6, 10.0
LEAST = 0.95
"""Of the pictures that there are without streams."""


async def test_each_of_a_hundred_streams_hears_of_its_owners_job_and_no_others(
    visit: Visit, house: House
) -> None:
    house.painter.gate.set()
    streams: dict[str, list[Listener]] = {}
    jobs: dict[str, str] = {}
    async with AsyncExitStack() as stack:
        for number in range(PEOPLE):
            name = f"person{number}"
            client: Client = await visit(await house.key(name))
            streams[name] = [
                await stack.enter_async_context(listening(client)) for _ in range(STREAMS)
            ]
        for name in streams:
            ticket = await house.studio.submit(ImageRequest(prompt="a fox"), own_person(name))
            jobs[name] = ticket.job.id
        told = {
            name: await asyncio.gather(*(stream.until("job", status="done") for stream in own))
            for name, own in streams.items()
        }

    assert {name: {event.content["id"] for event in own} for name, own in told.items()} == {
        name: {job} for name, job in jobs.items()
    }


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_a_thousand_streams_do_not_slow_the_painter(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone: list[Round] = []
    crowded: list[Round] = []
    async with served(folder / "data") as easel:
        await easel.ask(300, {"count": 4})
        await asyncio.sleep(ROUND_S)
        for _ in range(ROUNDS):
            alone.append(await _round(easel))
            async with easel.crowded(1000) as seen:
                crowded.append(await _round(easel))
            assert seen["lost"] == 0
            assert seen["events"] >= 1000
    before, beside = _mean(alone), _mean(crowded)
    with capsys.disabled():
        sys.stdout.write(f"\nwithout streams {before}, with a thousand {beside}\n")

    assert beside.painted >= LEAST * before.painted


@dataclass(frozen=True, slots=True)
class Round:
    """Pictures a second, and how much of each second the event loop computed."""

    painted: float
    busy: float

    def __str__(self) -> str:
        return f"{self.painted:.2f} pictures a second (event loop {self.busy:.1%})"


async def _round(easel: Served) -> Round:
    begun, painted, busy = monotonic(), easel.painted(), easel.busy()
    await asyncio.sleep(ROUND_S)
    seconds = monotonic() - begun
    return Round((easel.painted() - painted) / seconds, (easel.busy() - busy) / seconds)


def _mean(rounds: Sequence[Round]) -> Round:
    return Round(mean(each.painted for each in rounds), mean(each.busy for each in rounds))
