"""A real Postgres in all sorts of trouble: sentences that say the mend, and nothing lost."""

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from engine.errors import StorageFailed
from storage.database import connect, explaining
from storage.ledger import SqlLedger
from storage.migrate import upgrade
from storage.picture_rows import row_of_picture
from storage.pictures import PictureFiles
from tests.storage.samples import ALICE, NOON, a_job, pictures_of
from tests.storage.server import OwnPostgres, at_once

RAISED = {
    "53100": "disk of the database is full. Make room",
    "53200": "no memory left",
    "25006": "cannot be written to",
    "40001": "keeps the database locked",
    "40P01": "keeps the database locked",
    "55P03": "keeps the database locked",
    "42501": "GRANT ALL ON SCHEMA",
    "57014": "busier than it can bear",
    "57P01": "was stopped in the middle",
    "58030": "Look after the disk",
    "XX001": "damaged",
    "22021": "no text",
    "P0001": "The log says what it answered",
}


class Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.set()


@pytest.fixture
def url(own_server: OwnPostgres) -> Iterator[str]:
    with own_server.new_database() as name:
        at_once(upgrade(own_server.url_of(name)))
        yield own_server.url_of(name)


@pytest.fixture
async def engine(url: str) -> AsyncIterator[AsyncEngine]:
    async with connect(url, patience=20) as engine:
        yield engine


@pytest.fixture
def ledger(engine: AsyncEngine, tmp_path: Path) -> SqlLedger:
    return SqlLedger(engine, PictureFiles(tmp_path))


@pytest.fixture
def missed() -> Iterator[asyncio.Event]:
    """Set once the log says that the server is away."""
    listener, log = Listener(), logging.getLogger("storage.postgres")
    was = log.level
    log.setLevel(logging.INFO)
    log.addHandler(listener)
    yield listener.heard
    log.removeHandler(listener)
    log.setLevel(was)


async def say(engine: AsyncEngine, statement: str) -> None:
    with explaining():
        async with engine.begin() as connection:
            await connection.execute(text(statement))


async def backend(engine: AsyncEngine) -> int:
    """The process of the server that answers."""
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


@pytest.mark.parametrize("state", RAISED)
async def test_what_the_server_answers_becomes_a_sentence(
    engine: AsyncEngine, state: str, caplog: pytest.LogCaptureFixture
) -> None:
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '{state}'; END $$"

    with pytest.raises(StorageFailed, match=RAISED[state]):
        await say(engine, raising)

    assert "so it is" in caplog.text
    assert "RAISE" not in caplog.text


async def test_a_table_that_another_keeps_locked_is_said_and_then_over(
    url: str, engine: AsyncEngine, tmp_path: Path
) -> None:
    async with connect(url, patience=0.01) as hasty:
        ledger = SqlLedger(hasty, PictureFiles(tmp_path))
        async with engine.begin() as other:
            await other.execute(text("LOCK TABLE jobs"))

            with pytest.raises(StorageFailed, match="keeps the database locked"):
                await ledger.record(a_job())

        assert await ledger.record(a_job()) == a_job()


async def test_who_is_stopped_in_the_middle_holds_nobody_up_for_long(
    url: str, ledger: SqlLedger
) -> None:
    async with connect(url, patience=0.01) as stopped, AsyncSession(stopped) as session:
        await session.execute(text("LOCK TABLE jobs"))

        assert await ledger.record(a_job()) == a_job()

        with pytest.raises(StorageFailed), explaining():
            await session.execute(text("SELECT 1"))
        await session.invalidate()


async def test_a_missing_table_is_a_sentence_without_sql(own_server: OwnPostgres) -> None:
    with own_server.new_database() as name:
        async with connect(own_server.url_of(name)) as engine:
            with pytest.raises(StorageFailed, match="Bring them up to date") as failed:
                await SqlLedger(engine, PictureFiles(Path("nowhere"))).unfinished()

    assert "SELECT" not in str(failed.value)


async def test_a_picture_belongs_to_a_job(engine: AsyncEngine) -> None:
    [picture] = pictures_of(a_job())
    async with AsyncSession(engine) as session:
        session.add(row_of_picture("ghost", 0, ALICE.id, picture, "1f", NOON))

        with pytest.raises(IntegrityError, match="foreign key"):
            await session.flush()


async def test_a_server_restarted_meanwhile_is_not_noticed(
    own_server: OwnPostgres, ledger: SqlLedger
) -> None:
    await asyncio.gather(*[ledger.record(a_job(id=f"job {number}")) for number in range(5)])

    own_server.stop()
    own_server.start()

    recorded = await asyncio.gather(
        *[ledger.record(a_job(id=f"later {number}")) for number in range(5)]
    )
    assert len(recorded) == 5
    assert len(await ledger.unfinished()) == 10


async def test_a_server_that_is_away_is_waited_for(
    own_server: OwnPostgres, ledger: SqlLedger, missed: asyncio.Event
) -> None:
    own_server.kill()
    work = asyncio.create_task(ledger.record(a_job()))
    away = asyncio.create_task(missed.wait())
    await asyncio.wait([work, away], return_when=asyncio.FIRST_COMPLETED)
    assert not work.done()

    await asyncio.to_thread(own_server.start)

    assert await work == a_job()


@pytest.mark.parametrize("end", [OwnPostgres.stop, OwnPostgres.kill])
async def test_work_that_the_servers_end_cuts_short_is_not_half_done(
    own_server: OwnPostgres,
    engine: AsyncEngine,
    ledger: SqlLedger,
    end: Callable[[OwnPostgres], None],
) -> None:
    await ledger.record(a_job())

    async def change_and_lose_the_server() -> None:
        with explaining():
            async with engine.begin() as connection:
                await connection.execute(text("UPDATE jobs SET status = 'done'"))
                await asyncio.to_thread(end, own_server)
                await connection.execute(text("SELECT 1"))

    with pytest.raises(StorageFailed, match=r"stopped in the middle of that\. Try again"):
        await change_and_lose_the_server()

    await asyncio.to_thread(own_server.start)
    assert await ledger.job("fox") == a_job()


async def test_what_was_promised_outlives_the_death_of_the_server(
    own_server: OwnPostgres, ledger: SqlLedger
) -> None:
    for number in range(10):
        await ledger.record(a_job(id=f"job {number}"))

        own_server.kill()
        own_server.start()

    assert len(await ledger.unfinished()) == 10


async def test_a_server_that_falls_silent_is_given_up(url: str) -> None:
    async with connect(url, longest=0.2) as engine:
        asked = await backend(engine)
        os.kill(asked, signal.SIGSTOP)
        try:
            with pytest.raises(StorageFailed, match="takes too long"):
                await say(engine, "SELECT 1")

            assert await backend(engine) != asked
        finally:
            os.kill(asked, signal.SIGCONT)


async def test_work_that_is_called_off_leaves_the_ledger_usable(ledger: SqlLedger) -> None:
    for turns in range(40):
        work = asyncio.create_task(ledger.record(a_job(id=f"job {turns}")))
        for _ in range(turns):
            await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    assert await ledger.record(a_job(id="after")) == a_job(id="after")
