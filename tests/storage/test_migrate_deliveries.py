"""Deliveries of when they still said themselves where somebody is told."""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from engine.job import Status
from storage.database import connect
from storage.migrate import downgrade, upgrade
from tests.storage.conftest import sql_shelf
from tests.storage.samples import LATER, MUCH_LATER, a_job
from tests.storage.tables import REVISIONS

BEFORE = REVISIONS[REVISIONS.index("0007") - 1]


async def test_what_must_still_be_told_is_told_after_a_way_down_and_up(
    empty_database_url: str, tmp_path: Path
) -> None:
    await upgrade(empty_database_url)
    async with sql_shelf(empty_database_url, tmp_path) as shelf:
        for name in ("fox", "hen"):
            await shelf.ledger.record(replace(a_job(id=name), reply=f"channel of {name}"))
            await shelf.ledger.end(name, Status.CANCELLED, "", now=LATER)

    await downgrade(empty_database_url, BEFORE)
    async with connect(empty_database_url) as engine, engine.connect() as connection:
        rows = await connection.execute(text("SELECT job_id, reply FROM deliveries"))
        replies = {row.job_id: row.reply for row in rows}
    await upgrade(empty_database_url)

    assert replies == {"fox": "channel of fox", "hen": "channel of hen"}
    async with sql_shelf(empty_database_url, tmp_path) as shelf:
        due = await shelf.outbox.take_due(LATER, until=MUCH_LATER)
        assert [one.job.reply for one in due] == ["channel of fox", "channel of hen"]
