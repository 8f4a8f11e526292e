"""A ferry between a parent and somebody far away, neither of them real."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from engine.afar.ferry import Away, Ferry
from engine.afar.node import Berth
from engine.afar.parcel import END, Parcel
from engine.afar.voyage import Voyage
from engine.errors import PainterGone, Unavailable
from tests.engine.afar.test_node import node
from tests.engine.child.nursery import soon

LOST: Parcel = (b"lost",)


class FakeShore:
    """Says what it is given, a turn for each list. It goes away where it is to say LOST."""

    def __init__(self, *turns: list[Parcel], placed: bool = True, deaf: bool = False) -> None:
        self.heard: list[Parcel] = []
        self.at_once = 0
        self.most_at_once = 0
        self.enough = asyncio.Event()
        self._turns = list(turns)
        self._placed = placed
        self._deaf = deaf
        self.unoccupied: tuple[int, int] | None = (0, 0)

    async def greet(self) -> int:
        if not self._placed:
            await asyncio.Event().wait()
        return 7

    async def hear(self, parcel: Parcel) -> None:
        if self._deaf:
            raise Away("it does not hear")
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        self.heard.append(parcel)
        if parcel == END:
            self.enough.set()

    async def talk(self) -> AsyncIterator[Parcel]:
        if not self._turns:
            await asyncio.Event().wait()
        for parcel in self._turns.pop(0):
            if parcel == END:
                await self.enough.wait()
            if parcel == LOST:
                raise Away("it is no more")
            yield parcel

    def free(self) -> tuple[int, int]:
        if self.unoccupied is None:
            raise Away("that node is gone")
        return self.unoccupied


class FakeParent:
    def __init__(self, *says: Parcel) -> None:
        self.heard: list[Parcel] = []
        self._says = list(says)

    async def next(self) -> Parcel:
        if not self._says:
            await asyncio.Event().wait()
        return self._says.pop(0)

    def send(self, parcel: Parcel) -> None:
        self.heard.append(parcel)


def voyage(device: str = "cpu", within_s: float = 0.01) -> Voyage:
    berth = Berth(node=node("left", gpus=2, cpus=4), number=1, device=device)
    return Voyage(address="10.0.0.1:6379", berth=berth, placed_within_s=within_s)


async def test_what_is_said_is_heard_in_its_order_by_both() -> None:
    orders = [(b"%d" % number,) for number in range(50)]
    shore = FakeShore([(b"a",), (b"b",)], [(b"c",), END])
    parent = FakeParent(*orders, END)

    await soon(Ferry(voyage(within_s=30), shore, parent).run())

    assert shore.heard == [*orders, END]
    # The next one only goes once the one before is heard: nothing else keeps their order.
    assert shore.most_at_once == 1
    assert parent.heard == [(b"a",), (b"b",), (b"c",)]


@pytest.mark.parametrize("shore", [FakeShore([LOST]), FakeShore([], deaf=True)])
async def test_who_is_away_is_gone(shore: FakeShore) -> None:
    with pytest.raises(PainterGone, match="node left ended or cannot be reached"):
        await soon(Ferry(voyage(within_s=30), shore, FakeParent((b"a",))).run())


@pytest.mark.parametrize(
    ("device", "free", "why"),
    [
        ("cpu", (2, 0), "0 of its 4 processors are free. Other programs"),
        ("cuda:0", (0, 4), "0 of its 2 graphics cards are free. Other programs"),
        ("cuda:0", (1, 0), "1 of its 2 graphics cards are free, and no process was begun"),
        ("cpu", None, "that node is gone"),
    ],
)
async def test_who_finds_no_room_says_who_has_it(
    device: str, free: tuple[int, int] | None, why: str
) -> None:
    shore = FakeShore(placed=False)
    shore.unoccupied = free

    with pytest.raises(Unavailable, match=r"left had no room for a painter within 0\.01 s: " + why):
        await soon(Ferry(voyage(device), shore, FakeParent()).run())
