"""Whoever wants to be forgotten is, but for what hinders cheating."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.accounts import Act
from engine.allowance import Allowance
from engine.choices import NOTHING_CHOSEN, Kind, Whose
from engine.errors import NotFound
from engine.job import Status
from engine.ports import Ledger
from engine.request import ImageRequest
from engine.search import Search
from engine.style import Style
from engine.wish import ControlWish
from storage.database import connect
from storage.picture_rows import PictureRow
from tests.storage.conftest import Shelf, sql_shelf
from tests.storage.samples import (
    ALICE,
    BOB,
    LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)

SOMEBODY = Act(who="discord:9", at=NOON, why="a gift")


async def is_gone(ledger: Ledger, digest: str) -> bool:
    try:
        await ledger.file(digest)
    except NotFound:
        return True
    return False


async def test_pictures_and_files_are_gone(shelf: Shelf) -> None:
    await painted_job(shelf.ledger, a_job(id="a", tiles=3))
    await painted_job(shelf.ledger, a_job(id="b"))
    await painted_job(shelf.ledger, a_job(id="bob's", owner=BOB))
    pictures = await shelf.archive.page(ALICE.id)
    await shelf.archive.favour(ALICE.id, pictures[0].number, favourite=True)

    await shelf.archive.forget(ALICE.id)

    assert not await shelf.archive.page(ALICE.id)
    assert not await shelf.archive.page(ALICE.id, Search(words="fox"))
    assert [await is_gone(shelf.ledger, picture.file) for picture in pictures] == [True] * 4
    assert [picture.job for picture in await shelf.archive.page(BOB.id)] == ["bob's"]
    assert await shelf.ledger.file((await shelf.ledger.pictures("bob's"))[0].file)


async def test_of_a_job_only_stays_what_it_cost_and_when(shelf: Shelf) -> None:
    job = replace(a_job(key="click", tiles=2), reply="channel 7", origin="discord")
    await painted_job(shelf.ledger, job)
    await shelf.ledger.record(a_job(id="failed"))
    await shelf.ledger.end("failed", Status.FAILED, "no LoRA “my secret”", now=LATER)

    await shelf.archive.forget(ALICE.id)

    done, failed = await shelf.ledger.job("fox"), await shelf.ledger.job("failed")
    assert (done.request, done.tiles) == (ImageRequest(prompt="forgotten"), ())
    assert (done.owner.id, done.owner.name, done.key, done.reply) == (ALICE.id, "", None, "")
    assert (done.status, done.spent, done.submitted) == (Status.DONE, 3.0, NOON)
    assert (failed.status, failed.problem) == (Status.FAILED, "")
    assert await shelf.ledger.seen(ALICE.id, "click") is None
    assert not await shelf.outbox.take_due(LATER, until=LATER + timedelta(minutes=1))


async def test_what_hinders_cheating_stays(shelf: Shelf) -> None:
    allowance = Allowance(per_day=10)
    job = await shelf.ledger.record(a_job(price=6), allowance)
    begun = await shelf.ledger.begin(job.id, "a painter", LATER)
    await shelf.ledger.finish(job.id, begun.attempt, pictures_of(begun, seconds=6), NOON)
    await shelf.accounts.set_terms(ALICE.id, {"per_day": 10.0}, SOMEBODY)
    await shelf.accounts.grant(ALICE.id, 5, SOMEBODY)
    await shelf.accounts.block(ALICE.id, SOMEBODY)
    before = await shelf.accounts.standing(ALICE.id, NOON)
    entries, deeds = await shelf.accounts.entries(ALICE.id), await shelf.accounts.audit()

    await shelf.archive.forget(ALICE.id)

    after = await shelf.accounts.standing(ALICE.id, NOON)
    assert after == replace(before, owner=replace(before.owner, name=""))
    assert (after.purse.used, after.held, len(after.grants)) == (600, 0, 1)
    assert after.block is not None
    assert await shelf.accounts.entries(ALICE.id) == entries
    assert await shelf.accounts.audit() == deeds


async def test_source_pictures_go_unless_somebody_else_has_them(shelf: Shelf) -> None:
    mine, control, shared = [
        await shelf.ledger.keep(ALICE.id, name, NOON) for name in (b"mine", b"control", b"shared")
    ]
    wish = ControlWish(name="edges", image=control)
    begun_with = ImageRequest(prompt="a fox", image=mine, mask=shared, controls=(wish,))
    await shelf.ledger.record(replace(a_job(), request=begun_with))
    await shelf.ledger.end("fox", Status.CANCELLED, "", now=LATER)
    bobs = replace(a_job(id="bob's", owner=BOB), request=ImageRequest(prompt="a fox", image=shared))
    await shelf.ledger.record(bobs)

    await shelf.archive.forget(ALICE.id)

    gone = [await is_gone(shelf.ledger, digest) for digest in (mine, control, shared)]
    assert gone == [True, True, False]


async def test_somebody_elses_picture_stays_although_it_was_begun_from(shelf: Shelf) -> None:
    await painted_job(shelf.ledger, a_job(id="bob's", owner=BOB))
    [bobs] = await shelf.ledger.pictures("bob's")
    request = ImageRequest(prompt="a fox", image=bobs.file)
    await shelf.ledger.record(replace(a_job(), request=request))
    await shelf.ledger.end("fox", Status.CANCELLED, "", now=LATER)

    await shelf.archive.forget(ALICE.id)

    assert not await is_gone(shelf.ledger, bobs.file)


async def test_what_was_uploaded_and_never_used_goes_too(shelf: Shelf) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"a photo", NOON)

    await shelf.archive.forget(ALICE.id)

    assert await is_gone(shelf.ledger, source)
    assert not await shelf.ledger.own(ALICE.id, [source])


async def test_what_somebody_else_uploaded_too_waits_for_their_job(shelf: Shelf) -> None:
    source = await shelf.ledger.keep(ALICE.id, b"a photo", NOON)
    request = ImageRequest(prompt="a fox", image=source)
    await painted_job(shelf.ledger, replace(a_job(), request=request))
    await shelf.ledger.keep(BOB.id, b"a photo", NOON)

    await shelf.archive.forget(ALICE.id)

    assert not await is_gone(shelf.ledger, source)
    assert await shelf.ledger.own(BOB.id, [source])


async def test_what_has_not_ended_is_left_as_it_is(shelf: Shelf) -> None:
    await shelf.ledger.record(a_job(id="queued"))
    await begun_job(shelf.ledger, a_job(id="painting"))

    await shelf.archive.forget(ALICE.id)

    for name in ("queued", "painting"):
        assert (await shelf.ledger.job(name)).request.prompt == "a fox"


async def test_to_be_forgotten_twice_changes_nothing_more(shelf: Shelf) -> None:
    await painted_job(shelf.ledger, a_job())
    await shelf.archive.forget(ALICE.id)
    before = await shelf.ledger.job("fox")

    await shelf.archive.forget(ALICE.id)
    await shelf.archive.forget("nobody")

    assert await shelf.ledger.job("fox") == before


@pytest.fixture
async def sql(database_url: str, tmp_path: Path) -> AsyncIterator[Shelf]:
    async with sql_shelf(database_url, tmp_path) as shelf:
        yield shelf


async def test_what_somebody_chose_is_gone_and_a_servers_choice_is_not(sql: Shelf) -> None:
    alice, act = Whose(kind=Kind.PERSON, id=ALICE.id), Act(who=ALICE.id, at=NOON)
    server = Whose(kind=Kind.SERVER, id=ALICE.id)
    style = Style(name="mine", prompt="my {prompt}")
    await sql.choices.set_preferences(alice, {"steps": 9}, act)
    for whose in (alice, server):
        await sql.choices.add_style(whose, style, act)

    await sql.archive.forget(ALICE.id)

    assert await sql.choices.chosen(ALICE.id) == NOTHING_CHOSEN
    assert (await sql.choices.chosen(None, ALICE.id)).server_styles == (style,)


async def test_no_word_of_theirs_is_in_any_table(sql: Shelf, database_url: str) -> None:
    secret = replace(ALICE, name="mysecretname")
    job = a_job(owner=secret, key="mysecretkey")
    request = ImageRequest(prompt="mysecretprompt")
    recipe = replace(job.tiles[0].recipe, prompt="mysecretprompt", negative="mysecret")
    tiles = (replace(job.tiles[0], recipe=recipe),)
    await painted_job(sql.ledger, replace(job, request=request, reply="mysecretreply", tiles=tiles))

    await sql.archive.forget(ALICE.id)

    assert "mysecret" not in await everything_in(database_url)


async def everything_in(url: str) -> str:
    """All rows of all tables, and of SQLite's index what it can still tell."""
    told = []
    async with connect(url) as engine, engine.connect() as connection:
        tables = list(PictureRow.metadata.tables)
        if engine.dialect.name == "sqlite":
            tables.append("found_words")
        for table in tables:
            told += [str(row) for row in await connection.execute(text(f"SELECT * FROM {table}"))]
    return "\n".join(told)
