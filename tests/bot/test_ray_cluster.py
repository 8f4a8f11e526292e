"""A crew on a Ray cluster of several nodes on this machine, of which some are lost."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from bot.rays import open_rays
from engine.afar.node import CPU, Berth
from engine.afar.outlook import Nodes, looks
from engine.afar.token import with_token
from engine.afar.voyage import Voyage
from engine.child.heartbeat import Heartbeat
from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.crew import Crew, State
from engine.errors import Cancelled, Misconfigured, PainterGone, Unavailable
from engine.job import Owner, Status
from engine.lease import Lease
from engine.request import ImageRequest
from tests.engine.afar.clusters import Clustered, clustered
from tests.engine.afar.keeper import HEAD
from tests.engine.child.nursery import begun, hearing, ignore, orders, recipe
from tests.engine.house import open_house
from tests.fakes import BOOK, FakePainter

FERRY = (sys.executable, "-P", "-m", "tests.engine.afar.fake_ferry")
ALICE = Owner(id="discord:1")
LEASE = Lease(sweep=timedelta(milliseconds=200))
PATIENCE_S = 120.0

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Clustered]:
    with clustered() as opened:
        yield opened


@pytest.fixture
def opened(cluster: Clustered, monkeypatch: pytest.MonkeyPatch) -> Clustered:
    """With what opens it in our environment."""
    for name, value in cluster.opens.items():
        monkeypatch.setenv(name, value)
    return cluster


@asynccontextmanager
async def crew_on(
    cluster: Clustered, folder: Path, *, device: str = CPU, within_s: float = PATIENCE_S
) -> AsyncIterator[Crew]:
    opening = open_rays(
        cluster.address,
        replace(orders(folder), device=device),
        {BOOK.name: BOOK},
        ferry=FERRY,
        seen_within_s=PATIENCE_S,
        placed_within_s=within_s,
        closes_within_s=1,
    )
    async with opening as crew:
        yield crew


async def until(so: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not so():  # noqa: ASYNC110  # processes come and go, of which no event tells
            await asyncio.sleep(0.1)


def at_work(crew: Crew) -> set[str]:
    return {one.painter.name for one in crew if one.state is State.READY}


def worker_of(raylet: int) -> int:
    """The process in which that node paints."""
    (number,) = (
        int(child.pid)
        for child in psutil.Process(raylet).children(recursive=True)
        if "ray::Afar" in " ".join(child.cmdline())
    )
    return number


@pytest.mark.parametrize("jobs", [40, pytest.param(200, marks=pytest.mark.slow)])
async def test_nothing_is_lost_or_painted_twice_while_workers_and_nodes_go_and_come(
    opened: Clustered, tmp_path: Path, jobs: int
) -> None:
    first, second = await opened.add("127.0.0.3"), await opened.add("127.0.0.4")
    async with (
        crew_on(opened, tmp_path) as crew,
        open_house(crew=crew, painter=FakePainter(), lease=LEASE, limit=4 * jobs) as house,
    ):
        await until(lambda: at_work(crew) == {HEAD, "127.0.0.3", "127.0.0.4"})
        asked = [
            await house.studio.submit(ImageRequest(prompt=f"a fox {number}", steps=60), ALICE)
            for number in range(jobs)
        ]
        done = [asyncio.ensure_future(ticket.pictures()) for ticket in asked]

        await until(lambda: sum(one.done() for one in done) > jobs // 8)
        os.kill(worker_of(first), signal.SIGKILL)
        await until(lambda: sum(one.done() for one in done) > jobs // 4)
        os.kill(second, signal.SIGKILL)
        await opened.add("127.0.0.5")
        pictures = await asyncio.wait_for(asyncio.gather(*done), 2 * PATIENCE_S)

        # Whose process was killed is back, and who came is there, without a new start.
        await until(lambda: at_work(crew) == {HEAD, "127.0.0.3", "127.0.0.5"})
        late = crew.named("127.0.0.5").painter
        assert (await asyncio.wait_for(late.paint(recipe(), {}, ignore), PATIENCE_S)).png
        ended = [await house.ledger.job(ticket.job.id) for ticket in asked]
        kept = [len(await house.ledger.pictures(ticket.job.id)) for ticket in asked]
        assert all(member.taken == 0 for member in crew)

    await opened.lose("127.0.0.3")
    await opened.lose("127.0.0.5")
    assert [len(one) for one in pictures] == kept == [1] * jobs
    assert [job.status for job in ended] == [Status.DONE] * jobs
    assert all(0 < job.cost <= job.price for job in ended)


@pytest.mark.slow
async def test_what_is_withdrawn_is_withdrawn_there_and_who_finds_no_room_says_so(
    opened: Clustered, tmp_path: Path
) -> None:
    with hearing() as heard:
        async with (
            crew_on(opened, tmp_path) as crew,
            open_house(crew=crew, painter=FakePainter(), lease=LEASE) as house,
        ):
            waiting = await house.studio.submit(ImageRequest(prompt="wait"), ALICE)
            await until(lambda: waiting.latest)
            await house.studio.cancel(waiting.job.id, ALICE)
            with pytest.raises(Cancelled):
                await waiting.pictures()
            await until(lambda: heard.saying("withdrawn"))

            with pytest.raises(Unavailable, match="0 of its 1 processors are free"):
                async with crew_on(opened, tmp_path, within_s=3):
                    pytest.fail("there is no room for two")


@pytest.mark.slow
async def test_each_card_of_a_node_has_a_painter_that_sees_no_other(
    opened: Clustered, tmp_path: Path
) -> None:
    await opened.add("127.0.0.6", gpus=2)
    with hearing() as heard:
        async with crew_on(opened, tmp_path, device="auto") as crew:
            await until(lambda: at_work(crew) == {"127.0.0.6-1", "127.0.0.6-2"})
            for member in crew:
                painting = member.painter.paint(recipe("talk"), {}, ignore)
                await asyncio.wait_for(painting, PATIENCE_S)

    await opened.lose("127.0.0.6")
    told = [record.getMessage() for record, _ in heard.saying("sees ")]
    assert sorted(told) == ["sees 0", "sees 1"]


@pytest.mark.slow
async def test_one_that_hears_nothing_any_more_is_ended_and_begun_again(
    opened: Clustered, tmp_path: Path
) -> None:
    raylet = await opened.add("127.0.0.7")
    (node,) = (each for each in await seen(opened) if each.address == "127.0.0.7")
    voyage = Voyage(
        address=opened.address,
        berth=Berth(node=node, number=1, device=CPU),
        placed_within_s=PATIENCE_S,
    )
    painter = ChildPainter(
        "far",
        orders(tmp_path),
        by_command((*FERRY, voyage.told()), with_token(os.environ)),
        heartbeat=Heartbeat(every_s=1, patience_s=5, misses=2),
    )
    try:
        await asyncio.wait_for(painter.start(), PATIENCE_S)
        painting = await begun(painter)
        halted = worker_of(raylet)
        os.kill(halted, signal.SIGSTOP)

        with pytest.raises(PainterGone):
            await asyncio.wait_for(painting, PATIENCE_S)
        await until(lambda: painter.alive)

        assert (await asyncio.wait_for(painter.paint(recipe(), {}, ignore), PATIENCE_S)).png
        assert not psutil.pid_exists(halted)
    finally:
        await painter.close(within_s=PATIENCE_S)
        await opened.lose("127.0.0.7")


async def test_who_has_another_token_is_turned_away(
    opened: Clustered, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "another token, that opens nothing at all here")

    with pytest.raises(Misconfigured, match="does not take our token"):
        await seen(opened)


async def test_where_nothing_listens_there_is_no_cluster() -> None:
    with pytest.raises(Unavailable, match=r"no Ray cluster at 127\.0\.0\.1:1: Connection refused"):
        await anext(looks("127.0.0.1:1"))


async def test_a_cluster_that_is_open_to_everybody_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clustered(token=False) as stranger:
        monkeypatch.setenv("RAY_AUTH_TOKEN", "a token that nobody there asks for")

        with pytest.raises(Misconfigured, match="started without a token"):
            await seen(stranger)


async def seen(cluster: Clustered) -> Nodes:
    return await asyncio.wait_for(anext(looks(cluster.address)), PATIENCE_S)
