"""Databases and data folders that are backed up and restored."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from storage.backup import Made, back_up
from storage.backup_contents import Contents, Stage, Tell
from storage.restore import restore
from tests.storage.household import furnish
from tests.storage.samples import NOON
from tests.storage.server import Postgres

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


@pytest.fixture(params=USUALLY_SQLITE)
async def home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """One in which there is everything."""
    database_url = request.getfixturevalue(f"{request.param}_url")
    folder = tmp_path / "data"
    folder.mkdir()
    secret = await furnish(database_url, folder)
    return Home(url=database_url, folder=folder, secret=secret)


@pytest.fixture
async def backup(home: Home, tmp_path: Path) -> Path:
    place = tmp_path / "easel.tar"
    await home.back_up(place)
    return place


def names_in(folder: Path, pattern: str = "*") -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob(pattern))
