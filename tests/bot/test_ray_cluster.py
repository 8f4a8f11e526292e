"""A crew on a Ray cluster of several nodes on this machine, of which some are lost."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from bot.rays import open_rays
from engine.afar.outlook import looks
from engine.crew import Crew, State
from engine.errors import Cancelled, Misconfigured, Unavailable
from engine.job import Owner, Status
from engine.lease import Lease
from engine.request import ImageRequest
from tests.engine.afar.clusters import Clustered, clustered
from tests.engine.child.nursery import hearing, orders
from tests.engine.house import open_house
from tests.fakes import FakePainter

FERRY = (sys.executable, "-P", "-m", "tests.engine.afar.fake_ferry")
ALICE = Owner(id="discord:1")
LEASE = Lease(sweep=timedelta(milliseconds=200))
PATIENCE_S = 120.0

pytestmark = pytest.mark.timeout(600)


@asynccontextmanager
async def crew_on(
    cluster: Clustered, folder: Path, monkeypatch: pytest.MonkeyPatch, placed_within_s: float = 60
) -> AsyncIterator[Crew]:
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)
    told = orders(folder)
    opening = open_rays(
        cluster.address,
        type(told)(**{**{name: getattr(told, name) for name in told.__slots__}, "device": "cpu"}),
        ferry=FERRY,
        placed_within_s=placed_within_s,
        closes_within_s=1,
    )
    async with opening as crew:
        yield crew


async def until(so: object) -> None:
    assert callable(so)
    async with asyncio.timeout(PATIENCE_S):
        while not so():  # noqa: ASYNC110  # no event tells of all of it
            await asyncio.sleep(0.1)


def names(crew: Crew) -> set[str]:
    return {one.painter.name for one in crew if one.state is State.READY}


def worker_of(raylet: int) -> int:
    """The process in which that node paints."""
    found = [
        child.pid
        for child in psutil.Process(raylet).children(recursive=True)
        if "ray::Afar" in " ".join(child.cmdline())
    ]
    (number,) = found
    return number


@pytest.mark.parametrize("jobs", [40, pytest.param(200, marks=pytest.mark.slow)])
async def test_nothing_is_lost_or_painted_twice_while_workers_and_nodes_go_and_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int
) -> None:
    async with clustered() as cluster:
        first, second = await cluster.add("127.0.0.3"), await cluster.add("127.0.0.4")
        async with (
            crew_on(cluster, tmp_path, monkeypatch) as crew,
            open_house(crew=crew, painter=FakePainter(), lease=LEASE, limit=4 * jobs) as house,
        ):
            await until(lambda: len(names(crew)) == 3)
            asked = [
                await house.studio.submit(ImageRequest(prompt=f"a fox {n}", steps=40), ALICE)
                for n in range(jobs)
            ]
            done = [asyncio.ensure_future(ticket.pictures()) for ticket in asked]
            await until(lambda: sum(one.done() for one in done) > jobs // 8)

            os.kill(worker_of(first), signal.SIGKILL)
            await until(lambda: sum(one.done() for one in done) > jobs // 4)
            os.kill(second, signal.SIGKILL)
            await cluster.add("127.0.0.5")
            pictures = await asyncio.wait_for(asyncio.gather(*done), 2 * PATIENCE_S)

            # Who was killed is back, and who came takes part.
            await until(lambda: names(crew) == {"127.0.0.2", "127.0.0.3", "127.0.0.5"})
            late = next(one.painter for one in crew if one.painter.name == "127.0.0.5")
            again = await house.studio.submit(ImageRequest(prompt="late", steps=40), ALICE)
            await asyncio.wait_for(again.pictures(), PATIENCE_S)
            ended = [await house.ledger.job(ticket.job.id) for ticket in asked]
            kept = [len(await house.ledger.pictures(ticket.job.id)) for ticket in asked]

    assert [len(one) for one in pictures] == [1] * jobs
    assert [job.status for job in ended] == [Status.DONE] * jobs
    assert kept == [1] * jobs
    assert {job.cost for job in ended} == {0.5}
    assert late.alive is False


async def test_one_that_is_withdrawn_or_halted_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with clustered() as cluster:
        with hearing() as heard:
            async with (
                crew_on(cluster, tmp_path, monkeypatch) as crew,
                open_house(crew=crew, painter=FakePainter(), lease=LEASE) as house,
            ):
                waiting = await house.studio.submit(ImageRequest(prompt="wait"), ALICE)
                await until(lambda: waiting.latest)
                await house.studio.cancel(waiting.job.id, ALICE)
                with pytest.raises(Cancelled):
                    await waiting.pictures()
                await until(lambda: heard.saying("withdrawn"))

                with pytest.raises(Unavailable, match="0 of its 1 processors are free"):
                    async with crew_on(cluster, tmp_path, monkeypatch, placed_within_s=3):
                        pytest.fail("there is no room for two")


async def test_a_cluster_that_is_open_to_everybody_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with clustered(token=False) as cluster:
        monkeypatch.setenv("RAY_AUTH_TOKEN", "mine")
        with pytest.raises(Misconfigured, match="started without a token"):
            await anext(looks(cluster.address))
