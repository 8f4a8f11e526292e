"""How long statements take is told to whoever listens."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.meter import Measured, Meter, Stored
from storage.database import connect
from storage.latency import measure_statements


async def test_each_statement_is_told_and_one_that_fails_is_not(tmp_path: Path) -> None:
    meter, heard = Meter(), list[Measured]()
    async with connect(f"sqlite:///{tmp_path}/easel.db") as database:
        measure_statements(database, meter)
        async with database.connect() as connection:
            await connection.execute(text("SELECT 1"))
            meter.add(heard.append)
            with pytest.raises(OperationalError):
                await connection.execute(text("SELECT nothing"))
            await connection.execute(text("SELECT 2"))

    assert [type(one) for one in heard] == [Stored]


async def test_what_people_wrote_is_in_no_error_of_the_database(tmp_path: Path) -> None:
    async with (
        connect(f"sqlite:///{tmp_path}/easel.db") as database,
        database.connect() as connection,
    ):
        with pytest.raises(OperationalError) as refused:
            await connection.execute(text("SELECT nothing WHERE :words"), {"words": "a secret fox"})

    assert "a secret fox" not in str(refused.value)
