"""What somebody uploads and never uses takes only so much of the disk."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from engine.errors import NotFound
from engine.ports import Ledger
from engine.request import ImageRequest
from storage.database import connect
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.pictures import PictureFiles
from tests.storage.samples import ALICE, BOB, NOON, a_job

MOST = 100
FIRST, SECOND, THIRD = b"a" * 40, b"b" * 40, b"c" * 40


@pytest.fixture
async def small(shelf_url: str | None, tmp_path: Path) -> AsyncIterator[Ledger]:
    """A ledger with little room for what no job uses."""
    if shelf_url is None:
        yield MemoryLedger(most_unused=MOST)
        return
    files = PictureFiles(tmp_path / "pictures")
    async with connect(shelf_url, patience=20) as engine:
        yield SqlLedger(engine, files, most_unused=MOST)


async def keep(ledger: Ledger, *files: bytes, owner: str = ALICE.id) -> list[str]:
    return [
        await ledger.keep(owner, file, NOON + timedelta(seconds=second))
        for second, file in enumerate(files)
    ]


async def is_there(ledger: Ledger, file: bytes) -> bool:
    try:
        return await ledger.file(sha256(file).hexdigest()) == file
    except NotFound:
        return False


async def test_the_oldest_upload_that_no_job_used_makes_room(small: Ledger) -> None:
    first, second, third = await keep(small, FIRST, SECOND, THIRD)

    assert not await is_there(small, FIRST)
    assert await is_there(small, SECOND)
    assert await is_there(small, THIRD)
    assert set(await small.own(ALICE.id, [first, second, third])) == {second, third}


async def test_the_newest_upload_stays_whatever_its_time(small: Ledger) -> None:
    await small.keep(ALICE.id, FIRST, NOON)
    await small.keep(ALICE.id, SECOND, NOON)

    await small.keep(ALICE.id, THIRD, NOON)

    assert await is_there(small, THIRD)


async def test_an_upload_that_a_job_uses_stays_and_takes_no_room(small: Ledger) -> None:
    [first] = await keep(small, FIRST)
    request = ImageRequest(prompt="a fox", image=first)
    await small.record(replace(a_job(), request=request))

    await keep(small, SECOND, THIRD)

    assert await is_there(small, FIRST)
    assert await is_there(small, SECOND)


async def test_nobody_makes_room_for_somebody_else(small: Ledger) -> None:
    await keep(small, FIRST)
    await keep(small, FIRST, owner=BOB.id)

    await keep(small, SECOND, THIRD, b"d" * 40)

    assert await is_there(small, FIRST)
    assert await small.own(BOB.id, [sha256(FIRST).hexdigest()])
    assert not await small.own(ALICE.id, [sha256(FIRST).hexdigest()])
