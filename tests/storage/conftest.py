"""Databases and ledgers to test: on SQLite, on a real Postgres, and the double in memory."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.accounts import Accounts
from engine.archive import Archive, Stock
from engine.choices import Choices
from engine.keys import Keys
from engine.outbox import Outbox
from engine.ports import Ledger
from storage.accounts import SqlAccounts
from storage.archive import SqlArchive
from storage.choices import SqlChoices
from storage.database import connect
from storage.keys import SqlKeys
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.memory_accounts import MemoryAccounts
from storage.memory_choices import MemoryChoices
from storage.memory_keys import MemoryKeys
from storage.migrate import upgrade
from storage.outbox import SqlOutbox
from storage.pictures import PictureFiles
from storage.stock import SqlStock
from tests.storage.homes import furnished
from tests.storage.server import OwnPostgres, Postgres, any_postgres, at_once, own_postgres

__all__ = ["furnished"]
"""Fixtures are found by their names."""

DATABASES = ["sqlite", "postgres"]


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """A ledger, what lies beside it, and a way to lose one of its files unseen."""

    ledger: Ledger
    accounts: Accounts
    choices: Choices
    keys: Keys
    archive: Archive
    stock: Stock
    outbox: Outbox
    lose: Callable[[str], None]


@asynccontextmanager
async def sql_shelf(url: str, folder: Path) -> AsyncIterator[Shelf]:
    files = folder / "pictures"
    async with connect(url, patience=20) as engine:
        yield Shelf(
            ledger=SqlLedger(engine, PictureFiles(files)),
            accounts=SqlAccounts(engine),
            choices=SqlChoices(engine),
            keys=SqlKeys(engine),
            archive=SqlArchive(engine, PictureFiles(files)),
            stock=SqlStock(engine, PictureFiles(files)),
            outbox=SqlOutbox(engine),
            lose=lambda digest: next(files.rglob(digest)).unlink(),
        )


@asynccontextmanager
async def sqlite_shelf(folder: Path) -> AsyncIterator[Shelf]:
    async with sql_shelf(f"sqlite:///{folder / 'easel.db'}", folder) as shelf:
        yield shelf


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The server of all these tests. Where there is none they fail, and say the mend."""
    with any_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnPostgres]:
    """A server that a test may stop, kill and start, because only its file uses it."""
    with own_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database with all its tables, to copy."""
    database = tmp_path_factory.mktemp("migrated") / "easel.db"
    at_once(upgrade(f"sqlite:///{database}"))
    return database


@pytest.fixture(scope="session")
def migrated_postgres(postgres: Postgres) -> Iterator[str]:
    """The name of an empty Postgres database with all its tables, to copy."""
    with postgres.new_database() as name:
        at_once(upgrade(postgres.url_of(name)))
        yield name


@pytest.fixture
def sqlite_url(migrated: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite database with all its tables."""
    shutil.copy(migrated, tmp_path / "easel.db")
    return f"sqlite:///{tmp_path / 'easel.db'}"


@pytest.fixture
def postgres_url(postgres: Postgres, migrated_postgres: str) -> Iterator[str]:
    """The address of a fresh Postgres database with all its tables."""
    with postgres.new_database(migrated_postgres) as name:
        yield postgres.url_of(name)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database with all its tables, for as many programs as like."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database in which there is no table yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'easel.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.new_database() as name:
        yield server.url_of(name)


@pytest.fixture(params=["memory", *DATABASES])
def shelf_url(request: pytest.FixtureRequest) -> str | None:
    """Where the ledger lies: nowhere but in memory, or in a database."""
    if request.param == "memory":
        return None
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
async def shelf(shelf_url: str | None, tmp_path: Path) -> AsyncIterator[Shelf]:
    if shelf_url is None:
        memory = MemoryLedger()
        accounts = MemoryAccounts(memory.purses)
        yield Shelf(
            ledger=memory,
            accounts=accounts,
            choices=MemoryChoices(memory.purses),
            keys=MemoryKeys(memory.purses),
            archive=memory.archive,
            stock=memory.archive,
            outbox=memory.outbox,
            lose=memory.files.__delitem__,
        )
        return
    async with sql_shelf(shelf_url, tmp_path) as shelf:
        yield shelf


@pytest.fixture
def ledger(shelf: Shelf) -> Ledger:
    return shelf.ledger


@pytest.fixture
def accounts(shelf: Shelf) -> Accounts:
    return shelf.accounts


@pytest.fixture
def archive(shelf: Shelf) -> Archive:
    return shelf.archive


@pytest.fixture
def choices(shelf: Shelf) -> Choices:
    return shelf.choices


@pytest.fixture
def keys(shelf: Shelf) -> Keys:
    return shelf.keys
