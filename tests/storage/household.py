"""A database in which every table has rows, of every kind that there is, and its files."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.accounts import Act
from engine.job import Owner, Status, Tile
from engine.key import Scope
from engine.request import ImageRequest
from storage.accounts import SqlAccounts
from storage.archive import SqlArchive
from storage.database import connect
from storage.keys import SqlKeys
from storage.ledger import SqlLedger
from storage.models import Table
from storage.outbox import SqlOutbox
from storage.pictures import PictureFiles
from storage.rows import BlockRow, ClockRow, LaneRow, ServerRow, StyleRow, TierRow
from storage.transactions import Transactions
from tests.storage.samples import (
    A_FOX,
    ALICE,
    BOB,
    LATER,
    MUCH_LATER,
    NOON,
    a_job,
    begun_job,
    painted_job,
    pictures_of,
)

STRANGE = Owner(id="discord:3", name="Zoë 🦊 “q” \\ \u2028 \x7f")
A_PHOTO = b"a photo that somebody gave"
MODERATOR = Act(who="discord:9", at=NOON, why="because\n“of it”")
DELETED = 5
"""The highest number of a picture; it is gone, and must not come back."""


async def furnish(url: str, folder: Path) -> str:
    """Fill it, and answer the secret of a key."""
    async with connect(url, patience=20) as engine:
        files = PictureFiles(folder / "pictures")
        ledger = SqlLedger(engine, files)
        await _add_jobs(ledger, SqlOutbox(engine))
        archive = SqlArchive(engine, files)
        await archive.favour(ALICE.id, 1, favourite=True)
        await archive.remove(BOB.id, [DELETED])
        accounts = SqlAccounts(engine)
        await accounts.grant(BOB.id, 12.34, MODERATOR, expires=MUCH_LATER)
        await accounts.grant(ALICE.id, 1, MODERATOR, expires=None)
        keys = SqlKeys(engine)
        _, secret = await keys.add("site", ALICE, {Scope.PAINT}, MUCH_LATER, NOON)
        await keys.add("lost", BOB, {Scope.READ}, None, NOON)
        await keys.revoke("lost", LATER)
        await _add_the_rest(engine)
    (folder / "wildcards").mkdir()
    (folder / "wildcards" / "farb töne.txt").write_text("red\nblüe\n", "utf-8")
    (folder / "speeds.json").write_text('{"a": 1}')
    return secret


async def _add_jobs(ledger: SqlLedger, outbox: SqlOutbox) -> None:
    told = replace(a_job(id="told", tiles=2), reply="discord:somewhere")
    await painted_job(ledger, told)
    await outbox.take_due(LATER, until=MUCH_LATER, worker="here:1")
    await outbox.delivered("told", LATER)
    await painted_job(ledger, replace(a_job(id="untold", owner=BOB), reply="discord:elsewhere"))
    await outbox.take_due(LATER, until=MUCH_LATER, worker="here:1")
    await begun_job(ledger, a_job(id="being painted", price=1.23456789012345))
    digest = await ledger.keep(ALICE.id, A_PHOTO, NOON)
    request = ImageRequest(prompt="a fox", image=digest, seed=2**31)
    await ledger.record(replace(a_job(id="waits", key="k\t1"), request=request))
    recipe = replace(A_FOX, prompt="ein Fuchs 🦊, 狐 “quoted” \\n\n", seed=2**32 - 1)
    strange = a_job(id="strange", owner=STRANGE)
    await begun_job(ledger, replace(strange, tiles=(Tile(index=0, recipe=recipe),)))
    await ledger.end("strange", Status.FAILED, "no “room”", now=LATER, attempt=1)
    half = await begun_job(ledger, a_job(id="half", owner=BOB, tiles=2))
    finished = {1: pictures_of(half)[1]}
    await ledger.end(
        "half", Status.CANCELLED, "", now=LATER, attempt=1, spent=1.5, pictures=finished
    )
    await painted_job(ledger, a_job(id="deleted", owner=BOB))


async def _add_the_rest(engine: AsyncEngine) -> None:
    async with Transactions(engine).begin() as session:
        session.add_all(
            [
                TierRow(name="gold", rank=1, roles=["7"], terms={"per_day": 5}),
                BlockRow(owner_id="discord:6", until=None, why="spam"),
                BlockRow(owner_id="discord:7", until=MUCH_LATER, why=""),
                ServerRow(id="1", settings={"size": None, "n": 1.5}, preferences={"steps": 3}),
                StyleRow(
                    kind="person", owner_id="1", plain="a", name="Ä", prompt="{}", negative=""
                ),
                ClockRow(tier=-3, clock=2**61),
            ]
        )
        for owner, served in ((ALICE.id, None), (BOB.id, 0.1 + 0.2)):
            await session.merge(LaneRow(owner_id=owner, tier=1, finish=2**60, served=served))
    async with Transactions(engine).begin() as session:
        # As those of before files and words were looked at.
        nothing = "''" if engine.dialect.name == "sqlite" else "CAST('' AS tsvector)"
        old = text(f"UPDATE pictures SET bytes = NULL, terms = {nothing} WHERE job_id = 'half'")
        await session.execute(old)


Rows = dict[str, list[dict[str, Any]]]


async def rows_of(url: str) -> Rows:
    """All rows of all tables but what Postgres and SQLite index in ways of their own."""
    found: Rows = {}
    async with connect(url, patience=20) as engine, engine.connect() as connection:
        for table in Table.metadata.sorted_tables:
            columns = [column for column in table.c if (table.name, column.name) != INDEXED]
            rows = await connection.execute(select(*columns).order_by(*table.primary_key))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found


INDEXED = ("pictures", "terms")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and not file.name.startswith("easel.db")
    }
