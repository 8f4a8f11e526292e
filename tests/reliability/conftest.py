"""A Discord, a database of either kind, and Easel in a process of its own."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from storage.migrate import upgrade
from tests.bot.conftest import data_dir, folder, migrated
from tests.bot.discord.conftest import server
from tests.bot.discord.counts.conftest import crowd
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.reliability.report import FIGURE
from tests.reliability.rig import Rig
from tests.storage.conftest import (
    database_url,
    migrated_postgres,
    own_server,
    postgres,
    postgres_url,
    sqlite_url,
)
from tests.storage.server import OwnPostgres, at_once

__all__ = [
    "crowd",
    "data_dir",
    "database_url",
    "folder",
    "migrated",
    "migrated_postgres",
    "own_server",
    "postgres",
    "postgres_url",
    "server",
    "sqlite_url",
]

ROOM = 100_000


@pytest.fixture
def settings(data_dir: Path, server: Discord) -> Settings:
    return Settings(
        port=0,
        data_dir=data_dir,
        queue_limit=ROOM,
        discord_token=SecretStr(server.token),
        discord_api=server.api,
        discord_gateway=server.gateway,
    )


@pytest.fixture
def rig(server: Discord, settings: Settings, crowd: Sequence[User], tmp_path: Path) -> Rig:
    """On SQLite."""
    return Rig(server=server, settings=settings, crowd=crowd, log=tmp_path / "log")


@pytest.fixture
def rig_of_either(rig: Rig, database_url: str) -> Rig:
    """On SQLite, and on Postgres."""
    return rig.on(database_url)


@pytest.fixture
def own_url(own_server: OwnPostgres) -> Iterator[str]:
    """A database of a server that the test may stop and kill."""
    with own_server.new_database() as name:
        at_once(upgrade(own_server.url_of(name)))
        yield own_server.url_of(name)


@pytest.fixture
def measured(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Puts what was measured into the table of promises."""
    return lambda words: record_property(FIGURE, words)
