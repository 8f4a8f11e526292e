"""Revisions: the history of the database, and where it stands in it."""

from storage.descent import descend
from storage.migrate import status, upgrade


async def take_up(database: str, revision: str | None = None) -> None:
    """Bring the database to a later revision, or to the newest."""
    await upgrade(database, revision or "head")


async def take_down(database: str, revision: str | None = None, *, sure: bool) -> None:
    """Take the database to an earlier revision, or to the one before."""
    await descend(database, revision or "-1", sure=sure)


async def revisions(database: str) -> tuple[str | None, str | None]:
    """Which revision the database has, and which is the newest."""
    found = await status(database)
    return found.current, found.head
