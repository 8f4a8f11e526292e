"""The clocks of the tiers are everybody's rows, so they are written only where they go on."""

from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

from engine.tally import Tally
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles

OWNER = "discord:1"


def at(clock: int) -> Tally:
    return Tally(owner=OWNER, tier=-1, clock=clock, finish=clock + 5)


async def test_a_clock_is_written_only_where_it_goes_on(database_url: str, tmp_path: Path) -> None:
    written: list[str] = []
    async with connect(database_url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def note(_: Connection, __: object, statement: str, *___: object) -> None:
            written.extend(["clock"] if "INTO clocks" in statement else [])

        for clock in (-7, -7, -9, 4, 4, 2):
            await ledger.keep_tallies([at(clock)], [])

        assert written == ["clock", "clock"]
        assert (await ledger.tallies())[0] == {-1: 4}


async def test_a_clock_that_was_not_kept_is_kept_next_time(
    database_url: str, tmp_path: Path
) -> None:
    async with connect(database_url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))

        def fail(_: Connection) -> None:
            raise RuntimeError("no room")

        event.listen(engine.sync_engine, "commit", fail)
        with pytest.raises(RuntimeError, match="no room"):
            await ledger.keep_tallies([at(4)], [])
        event.remove(engine.sync_engine, "commit", fail)
        await ledger.keep_tallies([at(4)], [])

        assert (await ledger.tallies())[0] == {-1: 4}
