"""Databases that are left alone: somebody else's, a newer program's, and half of one."""

from collections.abc import Awaitable, Callable

import pytest

from engine.errors import Misconfigured
from storage.migrate import downgrade, status, upgrade
from tests.storage.tables import REVISIONS, TABLES, say, tables


@pytest.fixture
def url(empty_database_url: str) -> str:
    return empty_database_url


async def test_tables_that_somebody_else_made_are_left_alone(url: str) -> None:
    await say(url, "CREATE TABLE pictures (somebody_elses INTEGER)")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await upgrade(url)

    assert await tables(url) == {"pictures"}


async def test_tables_without_their_revision_are_left_alone(database_url: str) -> None:
    await say(database_url, "DELETE FROM alembic_version")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await upgrade(database_url)

    assert (await status(database_url)).current is None
    assert await tables(database_url) == TABLES


async def test_a_revision_without_its_tables_is_said(database_url: str) -> None:
    await say(database_url, "DROP TABLE pictures")

    with pytest.raises(Misconfigured, match=r"changed nothing\. Restore a copy"):
        await downgrade(database_url, "base")

    assert await tables(database_url) == TABLES - {"pictures"}


@pytest.mark.parametrize("step", [upgrade, downgrade])
async def test_a_database_of_a_newer_program_is_left_alone(
    database_url: str, step: Callable[[str, str], Awaitable[None]]
) -> None:
    await say(database_url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Misconfigured, match=r"newer Easel .*9999.* Update Easel"):
        await step(database_url, "base")
    with pytest.raises(Misconfigured, match="newer Easel"):
        await status(database_url)

    assert await tables(database_url) == TABLES


@pytest.mark.parametrize("revision", ["7777", "+50", "nonsense"])
async def test_a_revision_that_is_not_there_is_refused(url: str, revision: str) -> None:
    with pytest.raises(Misconfigured, match=f": {', '.join(REVISIONS)}, head; or base"):
        await upgrade(url, revision)

    assert (await status(url)).current is None
