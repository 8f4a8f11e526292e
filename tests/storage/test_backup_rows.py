"""Lines of a backup that fit its seals and say what no Easel could work with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from storage.backup_rows import kept, line_of, row_of, tables_of
from storage.backup_tar import Broken
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.samples import a_job, painted_job

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
async def jobs(sqlite_url: str, tmp_path: Path) -> tuple[Table, dict[str, Any]]:
    """The table of jobs, and a row of it."""
    async with connect(sqlite_url) as engine:
        await painted_job(SqlLedger(engine, PictureFiles(tmp_path)), a_job())
        async with engine.connect() as connection:
            (table,) = [
                each for each in await connection.run_sync(tables_of) if each.name == "jobs"
            ]
            row = (await connection.execute(select(*kept(table)))).one()
    return table, json.loads(line_of(kept(table), row))


def test_a_row_is_read(jobs: tuple[Table, dict[str, Any]]) -> None:
    table, told = jobs

    assert row_of(table, json.dumps(told).encode())["status"] == "done"


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(status="bogus"),
        lambda told: told.update(status=None),
        lambda told: told.update(price=float("inf")),
        lambda told: told.update(price=float("nan")),
        lambda told: told["request"].update(guidance=float("-inf")),
    ],
)
def test_one_that_nobody_can_work_with_is_refused(
    change: Change, jobs: tuple[Table, dict[str, Any]]
) -> None:
    table, told = jobs
    change(told)

    with pytest.raises(Broken, match="a row of jobs cannot be read"):
        row_of(table, json.dumps(told).encode())


def test_a_number_that_is_too_large_is_refused(jobs: tuple[Table, dict[str, Any]]) -> None:
    table, told = jobs
    line = json.dumps({**told, "price": 12.5}).replace("12.5", "1e999")

    with pytest.raises(Broken):
        row_of(table, line.encode())
