"""Revisions: the history of the database, and where it stands in it."""

from storage.migrate import downgrade, status, upgrade


async def take_up(database: str, revision: str | None = None) -> None:
    """Bring the database to a later revision, or to the newest."""
    await upgrade(database, revision or "head")


async def take_down(database: str, revision: str | None = None) -> None:
    """Take the database to an earlier revision, or to the one before."""
    await downgrade(database, revision or "-1")


async def revisions(database: str) -> tuple[str | None, str | None]:
    """Which revision the database has, and which is the newest."""
    found = await status(database)
    return found.current, found.head
