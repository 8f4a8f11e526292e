"""Who is on the rented machine itself paints there without any letters."""

import asyncio
from pathlib import Path

import pytest

from engine.errors import OutOfMemory, PainterGone
from engine.rented.lodger import Lodger
from tests.engine.child.nursery import hearing, ignore, recipe, soon
from tests.engine.rented.homes import settled
from tests.fakes import BOOK


async def test_it_paints_and_is_told_of_steps(tmp_path: Path) -> None:
    told: list[tuple[int, bytes | None]] = []
    async with settled(tmp_path) as resident:
        lodger = Lodger(resident)

        picture = await soon(
            lodger.paint(recipe(steps=2), {"a": b"source"}, lambda *step: told.append(step))
        )

        assert lodger.cards == {BOOK.name: BOOK}
    assert picture.png == b"\x89PNGsource"
    assert told == [(1, None), (2, None), (2, b"preview 2")]


async def test_what_cannot_be_painted_breaks_nothing(tmp_path: Path) -> None:
    broke: list[str] = []
    async with settled(tmp_path) as resident:
        lodger = Lodger(resident, broke=lambda: broke.append("broke"))

        with pytest.raises(OutOfMemory, match=r"Too large for 1\.5 GiB"):
            await soon(lodger.paint(recipe("too large"), {}, ignore))

        assert await soon(lodger.paint(recipe(), {}, ignore))
    assert broke == []


async def test_each_who_finds_it_broken_says_so(tmp_path: Path) -> None:
    broke: list[str] = []
    async with settled(tmp_path) as resident:
        lodger = Lodger(resident, broke=lambda: broke.append("broke"))

        with pytest.raises(PainterGone, match="broke down"):
            await soon(lodger.paint(recipe("lose"), {}, ignore))
        assert broke == ["broke"]
        with pytest.raises(PainterGone, match="broke down"):
            _ = lodger.cards
        assert broke == ["broke"] * 2


async def test_who_leaves_has_withdrawn(tmp_path: Path) -> None:
    stepped = asyncio.Event()
    with hearing() as log:
        async with settled(tmp_path) as resident:
            lodger = Lodger(resident)
            task = asyncio.create_task(lodger.paint(recipe("wait"), {}, lambda *_: stepped.set()))
            await soon(stepped.wait())

            task.cancel()
            await asyncio.wait({task})

            # It is told of the one before the other.
            await soon(lodger.paint(recipe(), {}, ignore))
            assert log.saying("withdrawn")
