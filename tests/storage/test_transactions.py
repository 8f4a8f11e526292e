"""Many who write at once."""

import asyncio
from pathlib import Path

from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.samples import a_job

# Longer than one write takes on a busy machine, and shorter than three hundred. The writers of
# Postgres wait for each other's rows, as long as everybody's writes take together.
PATIENCE_S = {"sqlite": 1.0, "postgresql": 60.0}


def kind_of(database_url: str) -> str:
    return database_url.partition(":")[0].partition("+")[0]


async def test_many_who_write_at_once_find_nothing_locked(
    database_url: str, tmp_path: Path
) -> None:
    async with connect(database_url, patience=PATIENCE_S[kind_of(database_url)]) as engine:
        # Two, as the ledger and the outbox are: what they wait for is the database, not each other.
        ledgers = [SqlLedger(engine, PictureFiles(tmp_path)) for _ in range(2)]

        await asyncio.gather(*[ledgers[n % 2].record(a_job(id=f"job {n}")) for n in range(300)])

        assert len(await ledgers[0].unfinished()) == 300


async def test_who_gives_up_waiting_for_a_turn_holds_up_nobody(
    database_url: str, tmp_path: Path
) -> None:
    async with connect(database_url) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path))
        asking = [asyncio.create_task(ledger.record(a_job(id=f"job {n}"))) for n in range(30)]
        await asyncio.sleep(0)

        for task in asking[1::2]:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

        assert await ledger.record(a_job(id="after"))
        assert len(await ledger.unfinished()) >= 16
