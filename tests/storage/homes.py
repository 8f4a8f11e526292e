"""Databases and data folders that are backed up and restored."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.backup import Made, back_up
from storage.backup_contents import Contents, Stage, Tell
from storage.restore import restore
from tests.storage.household import furnish
from tests.storage.samples import NOON
from tests.storage.server import Postgres, at_once

KINDS = ["sqlite", "postgres"]
USUALLY_SQLITE = ["sqlite", pytest.param("postgres", marks=pytest.mark.slow)]


def silent(_: Stage, __: int, ___: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True, kw_only=True)
class Home:
    """A database and a data folder."""

    url: str
    folder: Path
    secret: str = ""
    """Of a key."""
    tell: Tell = silent

    async def back_up(self, place: Path, *, replace: bool = False) -> Made:
        return await back_up(
            self.url, self.folder, place, easel="1", now=NOON, tell=self.tell, replace=replace
        )

    async def restore(self, place: Path, *, replace: bool = False) -> Contents:
        return await restore(self.url, self.folder, place, tell=self.tell, replace=replace)


NewHome = Callable[[str], Home]


@pytest.fixture
def new_home(request: pytest.FixtureRequest, tmp_path: Path) -> NewHome:
    """Makes empty ones, without any table."""

    def new(kind: str) -> Home:
        folder = tmp_path / f"home {len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        if kind == "sqlite":
            return Home(url=f"sqlite:///{folder / 'easel.db'}", folder=folder)
        server: Postgres = request.getfixturevalue("postgres")
        making = server.new_database()
        request.addfinalizer(lambda: making.__exit__(None, None, None))
        return Home(url=server.url_of(making.__enter__()), folder=folder)

    return new


@dataclass(frozen=True, kw_only=True)
class Furnished:
    """What homes are copied from: a `database` (a file, or a name on the server) and a folder."""

    database: str
    folder: Path
    secret: str
    backup: Path


@pytest.fixture(scope="session", params=USUALLY_SQLITE)
def furnished(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Furnished]:
    """One in which there is everything. It is only read."""
    place = tmp_path_factory.mktemp("furnished")
    folder = place / "data"
    folder.mkdir()
    with ExitStack() as stack:
        if request.param == "sqlite":
            database = str(place / "easel.db")
            shutil.copy(request.getfixturevalue("migrated"), database)
            url = f"sqlite:///{database}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            template = request.getfixturevalue("migrated_postgres")
            database = stack.enter_context(server.new_database(template))
            url = server.url_of(database)
        secret = at_once(furnish(url, folder))
        at_once(Home(url=url, folder=folder).back_up(place / "easel.tar"))
        yield Furnished(database=database, folder=folder, secret=secret, backup=place / "easel.tar")


@pytest.fixture
def home(request: pytest.FixtureRequest, furnished: Furnished, tmp_path: Path) -> Iterator[Home]:
    """A copy of it, with which a test may do what it likes."""
    folder = tmp_path / "data"
    shutil.copytree(furnished.folder, folder)
    with ExitStack() as stack:
        if Path(furnished.database).is_absolute():
            shutil.copy(furnished.database, tmp_path / "easel.db")
            url = f"sqlite:///{tmp_path / 'easel.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.url_of(stack.enter_context(server.new_database(furnished.database)))
        yield Home(url=url, folder=folder, secret=furnished.secret)


@pytest.fixture
def backup(furnished: Furnished, tmp_path: Path) -> Path:
    """One of such a home."""
    place = tmp_path / "easel.tar"
    shutil.copy(furnished.backup, place)
    return place


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob(pattern))
