"""A painter at each berth of a cluster that is only told; they are processes here."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.moorings import Moorings, free_name
from bot.painters import device_of
from bot.ray_address import ray_address
from bot.rays import open_rays
from bot.settings import Settings
from engine.afar.node import CPU, Node, berths_on
from engine.afar.outlook import Nodes
from engine.card import ModelCard
from engine.child.painter import ChildPainter
from engine.crew import Crew
from engine.errors import BadModel, Misconfigured, PainterGone, Unavailable
from tests.engine.afar.near_ferry import BROKEN
from tests.engine.child.fake_child import OTHER_MODELS
from tests.engine.child.nursery import (
    FAKES,
    PATIENCE_S,
    begun,
    ended,
    hearing,
    ignore,
    kill,
    orders,
    recipe,
    soon,
)
from tests.fakes import BOOK

FERRY = (sys.executable, "-P", "-m", "tests.engine.afar.near_ferry")
TOKEN = {"RAY_AUTH_TOKEN": "secret"}


class Sky:
    """What is seen of a cluster: whatever a test puts there."""

    def __init__(self, *nodes: Node) -> None:
        self._news = asyncio.Queue[Nodes | Exception]()
        self.show(*nodes)

    def show(self, *nodes: Node) -> None:
        self._news.put_nowait(nodes)

    def fail(self, error: Exception) -> None:
        self._news.put_nowait(error)

    async def __call__(self) -> AsyncIterator[Nodes]:
        while True:
            seen = await self._news.get()
            if isinstance(seen, Exception):
                raise seen
            yield seen


def node(name: str, *, address: str = "10.0.0.2", gpus: int = 0, number: str = "") -> Node:
    return Node(id=number or name, name=name, address=address, gpus=gpus, cpus=1)


@asynccontextmanager
async def crew_under(
    sky: Sky,
    folder: Path,
    *models: str,
    device: str = "cpu",
    within_s: float = PATIENCE_S,
    card: ModelCard = BOOK,
) -> AsyncIterator[Crew]:
    opening = open_rays(
        "10.0.0.1:6379",
        replace(orders(folder, *models), device=device),
        {card.name: card},
        ferry=FERRY,
        seen=sky,
        seen_within_s=within_s,
        closes_within_s=PATIENCE_S,
    )
    async with opening as crew:
        yield crew


def names(crew: Crew) -> list[str]:
    return sorted(one.painter.name for one in crew)


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not so():  # noqa: ASYNC110  # processes come and go, of which no event tells
            await asyncio.sleep(0.01)


async def test_there_is_a_painter_for_each_card_and_all_end_with_their_crew(
    tmp_path: Path,
) -> None:
    sky = Sky(node("a", gpus=2), node("b", gpus=1), node("c"))
    async with crew_under(sky, tmp_path, device="auto") as crew:
        await until(lambda: len(crew) == 3)
        for one in crew:
            assert (await soon(one.painter.paint(recipe(), {}, ignore))).png
        numbers = [one.painter.pid for one in crew if isinstance(one.painter, ChildPainter)]

        assert names(crew) == ["a-1", "a-2", "b"]
    for number in numbers:
        assert number is not None
        await ended(number)


async def test_who_joins_takes_part_and_who_is_gone_has_lost_what_it_painted(
    tmp_path: Path,
) -> None:
    sky = Sky(node("a"))
    async with crew_under(sky, tmp_path) as crew:
        (first,) = (one.painter for one in crew)
        assert isinstance(first, ChildPainter)
        painting = await begun(first)

        sky.show(node("a"), node("b"))
        await until(lambda: names(crew) == ["a", "b"])
        assert not painting.done()
        sky.show(node("b"))

        with pytest.raises(PainterGone):
            await soon(painting)
        assert names(crew) == ["b"]


async def test_a_node_that_comes_again_is_called_as_before(tmp_path: Path) -> None:
    sky = Sky(node("a", number="1"))
    async with crew_under(sky, tmp_path) as crew:
        (before,) = crew

        sky.show(node("a", number="2"))
        await until(lambda: bool(len(crew)) and before not in list(crew))

        assert names(crew) == ["a"]


async def test_a_node_that_cannot_paint_keeps_nobody_from_it_and_is_tried_again(
    tmp_path: Path,
) -> None:
    with hearing() as heard:
        async with crew_under(Sky(node(BROKEN), node("fine")), tmp_path) as crew:
            assert names(crew) == ["fine"]
            await until(lambda: len(heard.saying("broken cannot start")) > 1)

    told = [record.getMessage() for record, _ in heard.saying("cannot start")]
    assert "is tried again in 1 s" in told[0]
    assert "is tried again in 2 s" in told[1]


async def test_what_nobody_can_start_with_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="bad"):
        async with crew_under(Sky(node("a"), node("b")), tmp_path, "bad"):
            pytest.fail("it cannot start")


async def test_nobody_joins_who_has_other_weights_than_jobs_are_planned_with(
    tmp_path: Path,
) -> None:
    with pytest.raises(BadModel, match="a has no model “book” with the weights"):
        async with crew_under(Sky(node("a")), tmp_path, card=replace(BOOK, digest="d2")):
            pytest.fail("its jobs would fail")


async def test_who_comes_back_with_other_models_leaves_until_it_has_ours(tmp_path: Path) -> None:
    other = tmp_path / OTHER_MODELS
    with hearing() as heard:
        async with crew_under(Sky(node("a")), tmp_path) as crew:
            (before,) = crew
            assert isinstance(before.painter, ChildPainter)
            other.write_text("fox")
            kill(before.painter)
            await heard.one("a has no model “book”")
            assert names(crew) == []

            other.unlink()
            await until(lambda: names(crew) == ["a"])

            (after,) = crew
            assert (await soon(after.painter.paint(recipe(), {}, ignore))).png


async def test_it_is_said_that_there_is_no_berth_also_where_the_only_one_went(
    tmp_path: Path,
) -> None:
    def born(name: str, _: object, changed: Callable[[], None]) -> ChildPainter:
        return ChildPainter(name, orders(tmp_path, "slow"), FAKES, changed=changed)

    moorings = Moorings(Crew(), {}, born, closes_within_s=0)
    try:
        moorings.see(berths_on([node("a")], CPU))
        manned = asyncio.ensure_future(moorings.manned(within_s=0.1))
        await asyncio.sleep(0)
        moorings.see(())

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(manned), PATIENCE_S)
        assert manned.done()
    finally:
        await moorings.close()


@pytest.mark.parametrize(
    ("device", "why"),
    [("auto", "at 10.0.0.1:6379 has a graphics card"), ("cpu", "processors")],
)
async def test_a_cluster_without_room_is_said_after_a_while(
    tmp_path: Path, device: str, why: str
) -> None:
    empty = replace(node("a"), cpus=0)
    with pytest.raises(Unavailable, match=why):
        async with crew_under(Sky(empty), tmp_path, device=device, within_s=0.2):
            pytest.fail("nobody can paint")


async def test_what_is_wrong_with_the_cluster_is_said_at_the_start(tmp_path: Path) -> None:
    sky = Sky()
    sky.fail(Misconfigured("It was started without a token."))
    with pytest.raises(Misconfigured, match="without a token"):
        async with crew_under(sky, tmp_path):
            pytest.fail("nobody can paint")


@pytest.mark.parametrize("error", [Unavailable("It does not answer."), OSError(12, "No memory")])
async def test_a_cluster_that_is_away_later_changes_nothing_until_it_is_seen_again(
    tmp_path: Path, error: Exception
) -> None:
    sky = Sky(node("a"))
    async with crew_under(sky, tmp_path) as crew:
        with hearing() as heard:
            sky.fail(error)
            await heard.one("looked at again")
        assert names(crew) == ["a"]

        sky.show(node("a"), node("b"))
        await until(lambda: names(crew) == ["a", "b"])


async def test_nobody_paints_at_a_public_address_and_that_is_said_once(tmp_path: Path) -> None:
    public = node("far", address="8.8.8.8")
    with hearing() as heard:
        sky = Sky(public, node("a"))
        async with crew_under(sky, tmp_path) as crew:
            sky.show(public, node("a"), node("b"))
            await until(lambda: len(crew) == 2)

            assert names(crew) == ["a", "b"]
    assert len(heard.saying("8.8.8.8, which is not in a private network")) == 1


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert free_name("a", {"b"}) == "a"
    assert free_name("a", {"a", "a-2"}) == "a-3"


def test_the_cluster_is_told_as_the_device() -> None:
    told = device_of(Settings(painter="ray", device="cuda"))

    assert told == "cuda of the Ray cluster at 127.0.0.1:6379"


def test_one_card_of_several_cannot_be_named_there() -> None:
    with pytest.raises(Misconfigured, match="Set EASEL_DEVICE to cuda"):
        Settings(painter="ray", device="cuda:1")


def resolved(*addresses: str) -> Callable[[str], Sequence[str]]:
    return lambda _: addresses


@pytest.mark.parametrize(
    ("found", "address"),
    [
        (["10.0.0.1"], "10.0.0.1:6379"),
        (["::1", "127.0.0.1"], "127.0.0.1:6379"),
        (["fd00::1"], "[fd00::1]:6379"),
    ],
)
def test_a_cluster_in_a_private_network_is_used_by_the_address_that_was_looked_at(
    tmp_path: Path, found: Sequence[str], address: str
) -> None:
    settings = Settings(painter="ray", ray_address="head:6379")

    there = ray_address(settings, TOKEN, tmp_path, installed=True, resolve=resolved(*found))

    assert there == address


def test_without_ray_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="run --set-up-extras"):
        ray_address(Settings(painter="ray"), TOKEN, tmp_path, installed=False)


def test_without_a_token_nobody_is_asked(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="Ray's token is not in"):
        ray_address(Settings(painter="ray"), {}, tmp_path, installed=True)


@pytest.mark.parametrize("found", [["8.8.8.8"], ["10.0.0.1", "8.8.8.8"], ["0.0.0.0"]])
def test_a_public_cluster_is_refused(tmp_path: Path, found: Sequence[str]) -> None:
    settings = Settings(painter="ray", ray_address="example.org:6379")

    with pytest.raises(Misconfigured, match=r"example\.org is not in a private network"):
        ray_address(settings, TOKEN, tmp_path, installed=True, resolve=resolved(*found))


def test_a_name_that_nobody_knows_is_said(tmp_path: Path) -> None:
    settings = Settings(painter="ray", ray_address="nowhere.invalid:6379")

    def fail(host: str) -> list[str]:
        raise OSError(-2, "Name or service not known")

    with pytest.raises(Unavailable, match=r"nowhere\.invalid.*Name or service not known"):
        ray_address(settings, TOKEN, tmp_path, installed=True, resolve=fail)
