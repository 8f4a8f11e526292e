"""kill -9 between recording a job and finishing it: the job is still to be painted."""

import asyncio
import signal
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from engine.job import Status
from storage.migrate import MIGRATIONS, upgrade
from tests.storage.conftest import sqlite_shelf
from tests.storage.samples import ALICE, LATER, MUCH_LATER, NOON, a_job, pictures_of

CHILD = """
import asyncio, signal, sys
from pathlib import Path
from sqlalchemy import event
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.storage.samples import LATER, NOON, a_job, pictures_of

folder, point = Path(sys.argv[1]), sys.argv[2]


def wait_for_the_end(*_):
    print("here", flush=True)
    signal.pause()


class SlowFiles(PictureFiles):
    async def keep(self, file):
        digest = await super().keep(file)
        if point == "files written":
            wait_for_the_end()
        return digest


async def main():
    async with connect(f"sqlite:///{folder / 'easel.db'}") as engine:
        ledger = SqlLedger(engine, SlowFiles(folder / "pictures"))
        job = a_job(tiles=2)
        await ledger.record(job)
        await ledger.begin(job.id, "a painter", LATER)
        if point == "begun":
            wait_for_the_end()
        if point == "rows written":
            event.listen(engine.sync_engine, "commit", wait_for_the_end)
        await ledger.finish(job.id, 1, pictures_of(job), NOON)


asyncio.run(main())
"""


@pytest.mark.parametrize("point", ["begun", "files written", "rows written"])
async def test_a_killed_program_leaves_its_job_unfinished(tmp_path: Path, point: str) -> None:
    await upgrade(f"sqlite:///{tmp_path / 'easel.db'}")
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        CHILD,
        str(tmp_path),
        point,
        stdout=asyncio.subprocess.PIPE,
        cwd=MIGRATIONS.parent,
    )
    assert child.stdout is not None
    assert await child.stdout.readline() == b"here\n"

    child.kill()

    assert await child.wait() == -signal.SIGKILL
    with closing(sqlite3.connect(tmp_path / "easel.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    async with sqlite_shelf(tmp_path) as shelf:
        [job] = await shelf.ledger.unfinished()
        assert (job.id, job.status, job.attempt) == ("fox", Status.PAINTING, 1)
        assert not await shelf.ledger.history(ALICE.id)
        await shelf.ledger.take_back(LATER + timedelta(seconds=1))
        await shelf.ledger.begin(job.id, "a painter", MUCH_LATER)
        await shelf.ledger.finish(job.id, 2, pictures_of(a_job(tiles=2)), NOON)
        assert len(await shelf.ledger.history(ALICE.id)) == 2
