"""What is asked often of large tables is found by an index, however much there is."""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.request import ImageRequest
from engine.tally import Move
from storage.accounts import SqlAccounts
from storage.archive import SqlArchive
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from storage.stock import SqlStock
from tests.storage.conftest import DATABASES
from tests.storage.samples import A_FOX, ALICE, NOON, a_job, painted_job
from tests.storage.server import Postgres, at_once

MANY = 2000
WHOSE = "CASE WHEN n % 50 = 0 THEN 'discord:1' ELSE 'o' || n END"
SQLITE = {"SEEN": "seed.seen", "DIGEST": "printf('%064d', n)"}
POSTGRES = {
    "SEEN": "seed.seen - n * INTERVAL '1 second'",
    "DIGEST": "lpad(CAST(n AS text), 64, '0')",
}
MANY_NUMBERS = (
    f"WITH RECURSIVE many(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < {MANY})"
)
COPIES = {
    "jobs": {
        "id": "'j' || n",
        "key": "NULL",
        "owner_id": WHOSE,
        "status": "CASE WHEN n % 2 = 0 THEN 'done' ELSE 'queued' END",
    },
    "people": {"id": "'o' || n", "seen": "SEEN"},
    "sources": {"job_id": "'j' || n", "digest": "DIGEST"},
    "pictures": {
        "number": "n + 10",
        "job_id": "'j' || n",
        "owner_id": WHOSE,
        "recipe_digest": "'d' || n",
        # The favourites are the oldest, as they are after years.
        "favourite": "n < 1900",
    },
    "entries": {"id": "n + 10", "job_id": "'j' || n", "owner_id": WHOSE},
}


@dataclass(kw_only=True)
class House:
    """A database in which there are many jobs and pictures of many people."""

    engine: AsyncEngine
    files: PictureFiles

    @property
    def ledger(self) -> SqlLedger:
        return SqlLedger(self.engine, self.files)

    @property
    def archive(self) -> SqlArchive:
        return SqlArchive(self.engine, self.files)

    @property
    def stock(self) -> SqlStock:
        return SqlStock(self.engine, self.files)

    @property
    def accounts(self) -> SqlAccounts:
        return SqlAccounts(self.engine)

    async def fill(self) -> None:
        source = await self.ledger.keep(ALICE.id, b"a source", NOON)
        request = ImageRequest(prompt="a fox", image=source)
        await painted_job(self.ledger, replace(a_job(), request=request))
        postgres = self.engine.dialect.name == "postgresql"
        async with self.engine.begin() as connection:
            for table, own in COPIES.items():
                row = (await connection.execute(text(f"SELECT * FROM {table}"))).keys()
                values = ", ".join(own.get(column, f"seed.{column}") for column in row)
                for name, value in (POSTGRES if postgres else SQLITE).items():
                    values = values.replace(name, value)
                copies = (
                    f"INSERT INTO {table} ({', '.join(row)}) {MANY_NUMBERS} SELECT {values} "
                    f"FROM (SELECT * FROM {table} LIMIT 1) AS seed, many"
                )
                await connection.execute(text(copies))
        if postgres:
            async with self.engine.begin() as connection:
                await connection.execute(text("ANALYZE"))

    async def plans(self, question: Callable[[], Awaitable[object]]) -> str:
        """How the database finds what is asked, all statements after each other."""
        said = []

        def hear(*heard: Any) -> None:
            _, _, statement, parameters, *_ = heard
            said.append((str(statement), parameters))

        event.listen(self.engine.sync_engine, "before_cursor_execute", hear)
        await question()
        event.remove(self.engine.sync_engine, "before_cursor_execute", hear)
        explain = "EXPLAIN QUERY PLAN" if self.engine.dialect.name == "sqlite" else "EXPLAIN"
        told = []
        async with self.engine.connect() as connection:
            for statement, parameters in said:
                plan = await connection.exec_driver_sql(f"{explain} {statement}", parameters)
                told += [str(row[-1]) for row in plan]
        return "\n".join(told)


ASKED: dict[str, tuple[str, Callable[[House], Awaitable[object]]]] = {
    "what somebody waits for": (
        "ix_jobs_owner_id_status",
        lambda house: house.archive.unfinished(ALICE.id),
    ),
    "what moves to another tier": (
        "ix_jobs_owner_id_status",
        lambda house: house.ledger.keep_tallies(
            [], [Move(owner=ALICE.id, before=0, after=1, ahead=5)]
        ),
    ),
    "what is put aside": (
        "ix_jobs_owner_id_status",
        lambda house: house.accounts.standing(ALICE.id, NOON),
    ),
    "who was seen last": ("ix_people_seen", lambda house: house.accounts.people(5)),
    "the oldest that is no favourite": (
        "ix_pictures_number",
        lambda house: house.stock.spare(most=5),
    ),
    "whether somebody has it": (
        "ix_pictures_owner_id_recipe_digest_number",
        lambda house: house.ledger.painted(ALICE.id, A_FOX),
    ),
    "who needs a file": (
        "ix_sources_digest",
        lambda house: house.archive.remove(ALICE.id, [60]),
    ),
    "whose a file is": ("ix_sources_digest", lambda house: house.ledger.own(ALICE.id, ["0" * 64])),
}


async def fill(url: str, folder: Path) -> None:
    async with connect(url) as engine:
        await House(engine=engine, files=PictureFiles(folder)).fill()


@pytest.fixture(scope="module", params=DATABASES)
def full_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Filled once for all questions: the few rows that some of them change are no matter."""
    folder = tmp_path_factory.mktemp("house")
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("migrated"), folder / "easel.db")
        url = f"sqlite:///{folder / 'easel.db'}"
        at_once(fill(url, folder))
        yield url
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.new_database(request.getfixturevalue("migrated_postgres")) as name:
        at_once(fill(server.url_of(name), folder))
        yield server.url_of(name)


@pytest.mark.parametrize("asked", ASKED)
async def test_an_index_finds(asked: str, full_url: str, tmp_path: Path) -> None:
    index, question = ASKED[asked]
    async with connect(full_url) as engine:
        house = House(engine=engine, files=PictureFiles(tmp_path))

        plans = await house.plans(lambda: question(house))

    assert index in plans, plans
