"""What every stock owes to whoever sees to it that pictures do not fill the disk."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from engine.archive import Amount
from engine.errors import NotFound
from engine.request import ImageRequest
from engine.retention import Keep, Retention
from engine.search import Search
from storage.archive import SqlArchive
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import downgrade, upgrade
from storage.pictures import PictureFiles
from storage.stock import SqlStock
from tests.storage.conftest import Shelf, sql_shelf
from tests.storage.samples import ALICE, BOB, NOON, a_job, begun_job, painted_job, pictures_of


async def paint(shelf: Shelf, name: str, *, days: int = 0, bytes: int = 10) -> int:
    """The number of a picture of so many bytes that was painted so many days after noon."""
    owner = BOB if name.startswith("bob") else ALICE
    job = await begun_job(shelf.ledger, a_job(id=name, owner=owner))
    png = name.encode().ljust(bytes, b".")
    picture = replace(pictures_of(job)[0], png=png)
    await shelf.ledger.finish(name, job.attempt, [picture], NOON + timedelta(days=days))
    return (await shelf.ledger.pictures(name))[0].number


async def kept(shelf: Shelf) -> list[str]:
    pictures = [
        picture
        for owner in (ALICE, BOB)
        for picture in await shelf.archive.page(owner.id, most=1000)
    ]
    return [picture.job for picture in sorted(pictures, key=lambda one: one.number)]


async def apply(shelf: Shelf, keep: Keep, *, days: int = 0) -> int:
    return await Retention(shelf.stock, keep).apply(NOON + timedelta(days=days))


async def test_what_was_painted_lately_is_told_with_the_time_that_it_took(shelf: Shelf) -> None:
    await paint(shelf, "a", days=0)
    await paint(shelf, "bob", days=2)
    await paint(shelf, "c", days=1)
    job = await begun_job(shelf.ledger, a_job(id="known"))
    known = replace(pictures_of(job)[0], seconds=0.0)
    await shelf.ledger.finish("known", job.attempt, [known], NOON + timedelta(days=3))
    seconds = pictures_of(job)[0].seconds

    painted = await shelf.stock.painted(NOON + timedelta(days=1))

    assert [one.at for one in painted] == [NOON + timedelta(days=1), NOON + timedelta(days=2)]
    assert [one.seconds for one in painted] == [seconds, seconds]


async def test_the_amount_counts_a_shared_file_once(shelf: Shelf) -> None:
    empty = await shelf.stock.amount()
    first = await paint(shelf, "a", bytes=100)
    await paint(shelf, "b", bytes=20)
    for name in ("c", "d"):
        job = await begun_job(shelf.ledger, a_job(id=name))
        same = replace(pictures_of(job)[0], png=b"same")
        await shelf.ledger.finish(name, job.attempt, [same], NOON)
    await shelf.archive.favour(ALICE.id, first, favourite=True)

    assert empty == Amount(pictures=0, favourites=0, bytes=0)
    assert await shelf.stock.amount() == Amount(pictures=4, favourites=1, bytes=124)


async def test_without_a_limit_everything_is_kept(shelf: Shelf) -> None:
    await paint(shelf, "a")

    assert await apply(shelf, Keep(), days=10_000) == 0
    assert await kept(shelf) == ["a"]


async def test_what_is_old_goes_with_its_file(shelf: Shelf) -> None:
    await paint(shelf, "old", days=-8)
    await paint(shelf, "bob's old", days=-8)
    await paint(shelf, "of that moment", days=-7)
    await paint(shelf, "young", days=-6)
    [picture] = await shelf.ledger.pictures("old")

    gone = await apply(shelf, Keep(age=timedelta(days=7)))

    assert (gone, await kept(shelf)) == (2, ["of that moment", "young"])
    with pytest.raises(NotFound):
        await shelf.ledger.file(picture.file)


async def test_each_keeps_as_many_of_the_newest(shelf: Shelf) -> None:
    for name in ("a", "b", "bob 1", "c", "d"):
        await paint(shelf, name)

    gone = await apply(shelf, Keep(each=2))

    assert (gone, await kept(shelf)) == (2, ["bob 1", "c", "d"])


async def test_the_oldest_make_room_and_no_more_than_needed(shelf: Shelf) -> None:
    for name in ("a", "bob 1", "c", "d"):
        await paint(shelf, name, bytes=100)

    gone = await apply(shelf, Keep(bytes=250))

    assert (gone, await kept(shelf)) == (2, ["c", "d"])
    assert await apply(shelf, Keep(bytes=200)) == 0


async def test_files_that_several_share_make_room_with_the_last(shelf: Shelf) -> None:
    for name in ("a", "b", "c"):
        job = await begun_job(shelf.ledger, a_job(id=name))
        same = replace(pictures_of(job)[0], png=b"the same".ljust(100))
        await shelf.ledger.finish(name, job.attempt, [same], NOON)
    await paint(shelf, "d", bytes=50)

    await apply(shelf, Keep(bytes=60))

    assert await kept(shelf) == ["d"]


@pytest.mark.parametrize("keep", [Keep(age=timedelta(days=1)), Keep(each=1), Keep(bytes=15)])
async def test_favourites_stay_whatever_happens(shelf: Shelf, keep: Keep) -> None:
    oldest = await paint(shelf, "oldest", days=-9)
    await shelf.archive.favour(ALICE.id, oldest, favourite=True)
    await paint(shelf, "old", days=-8)
    await paint(shelf, "newest", days=0)

    await apply(shelf, keep)

    assert "oldest" in await kept(shelf)
    assert "old" not in await kept(shelf)


async def test_favourites_that_are_too_large_end_the_search_for_room(shelf: Shelf) -> None:
    await shelf.archive.favour(ALICE.id, await paint(shelf, "a", bytes=100), favourite=True)
    await paint(shelf, "b", bytes=100)

    assert await apply(shelf, Keep(bytes=50)) == 1
    assert await kept(shelf) == ["a"]


async def test_what_became_a_favourite_meanwhile_is_not_let_go(shelf: Shelf) -> None:
    number = await paint(shelf, "a")
    spare = await shelf.stock.spare(most=10)
    await shelf.archive.favour(ALICE.id, number, favourite=True)

    assert await shelf.stock.let_go([one.number for one in spare]) == 0
    assert await kept(shelf) == ["a"]


async def test_many_go_a_few_at_a_time(shelf: Shelf) -> None:
    for job in range(30):
        await painted_job(shelf.ledger, a_job(id=f"job {job}", tiles=15))

    gone = await apply(shelf, Keep(each=3))

    assert (gone, (await shelf.stock.amount()).pictures) == (447, 3)


@pytest.fixture
async def of_before(database_url: str, tmp_path: Path) -> AsyncIterator[Shelf]:
    """A database that was there before pictures had numbers, and was brought up to date."""
    async with sql_shelf(database_url, tmp_path) as shelf:
        await painted_job(shelf.ledger, a_job(id="second"), painted=NOON + timedelta(days=1))
        await painted_job(shelf.ledger, a_job(id="first", tiles=2), painted=NOON)
        begun_from = ImageRequest(prompt="a fox", image="a" * 64, mask="b" * 64)
        await shelf.ledger.record(replace(a_job(id="led"), request=begun_from))
    await downgrade(database_url, "0002")
    await upgrade(database_url)
    async with sql_shelf(database_url, tmp_path) as shelf:
        yield shelf


async def test_pictures_of_before_have_numbers_in_the_order_of_their_time(
    of_before: Shelf,
) -> None:
    page = await of_before.archive.page(ALICE.id)

    assert [(picture.job, picture.tile) for picture in page] == [
        ("second", 0),
        ("first", 1),
        ("first", 0),
    ]
    assert not any(picture.favourite for picture in page)


async def test_what_jobs_of_before_began_with_is_known(of_before: Shelf) -> None:
    known = await of_before.ledger.own(ALICE.id, ["a" * 64, "b" * 64, "c" * 64])

    assert known == {"a" * 64, "b" * 64}


async def test_pictures_of_before_are_found_once_somebody_has_looked(of_before: Shelf) -> None:
    stock = of_before.stock
    assert isinstance(stock, SqlStock)
    number = (await of_before.archive.page(ALICE.id))[0].number
    await of_before.archive.favour(ALICE.id, number, favourite=True)

    taken = [await stock.take_in(), await stock.take_in()]

    assert taken == [3, 0]
    fox = await of_before.archive.page(ALICE.id, Search(words="fox"))
    assert [picture.job for picture in fox] == ["second", "first", "first"]
    assert len(await of_before.archive.page(ALICE.id, Search(favourites=True))) == 1
    assert (await stock.amount()).bytes == len(b"second 0" + b"first 1" + b"first 0")


async def test_sqlites_index_is_what_the_table_says(sqlite_url: str, tmp_path: Path) -> None:
    files = PictureFiles(tmp_path / "pictures")
    async with connect(sqlite_url) as engine:
        archive, ledger = SqlArchive(engine, files), SqlLedger(engine, files)
        await painted_job(ledger, a_job(tiles=9))
        numbers = [picture.number for picture in await archive.page(ALICE.id)]
        await archive.favour(ALICE.id, numbers[0], favourite=True)
        await archive.favour(ALICE.id, numbers[1], favourite=True)
        await archive.favour(ALICE.id, numbers[1], favourite=False)
        await archive.remove(ALICE.id, numbers[3:6])

    with closing(sqlite3.connect(tmp_path / "easel.db")) as connection:
        connection.execute("INSERT INTO found(found, rank) VALUES ('integrity-check', 1)")


async def test_what_pictures_were_begun_from_counts_with_them_and_leaves_with_them(
    shelf: Shelf,
) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"s" * 100, NOON)
    await shelf.ledger.keep(BOB.id, b"unused" * 100, NOON)
    for name in ("a", "b"):
        request = ImageRequest(prompt="a fox", image=source)
        await painted_job(shelf.ledger, replace(a_job(id=name), request=request))
    [b, a] = [len(await shelf.ledger.file(one.file)) for one in await shelf.archive.page(ALICE.id)]

    before = await shelf.stock.amount()
    gone = await Retention(shelf.stock, Keep(bytes=100)).apply(NOON)

    assert before.bytes == a + b + 100
    assert (gone, await shelf.stock.amount()) == (2, Amount(pictures=0, favourites=0, bytes=0))
    with pytest.raises(NotFound):
        await shelf.ledger.file(source)


async def test_a_picture_that_was_begun_from_counts_once(shelf: Shelf) -> None:
    await painted_job(shelf.ledger, a_job())
    [fox] = await shelf.archive.page(ALICE.id)
    png = await shelf.ledger.file(fox.file)
    assert await shelf.ledger.keep(BOB.id, png, NOON) == fox.file
    request = ImageRequest(prompt="a fox", image=fox.file)
    await painted_job(shelf.ledger, replace(a_job(id="bob's", owner=BOB), request=request))
    [bobs] = await shelf.archive.page(BOB.id)

    amount = await shelf.stock.amount()

    assert amount.bytes == len(png) + len(await shelf.ledger.file(bobs.file))
