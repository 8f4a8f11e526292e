"""Room: whether there is any for what is to be kept next, in the database and for pictures."""

import asyncio
import errno
import logging
import shutil
from pathlib import Path
from tempfile import TemporaryFile

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.errors import StorageFailed
from storage.rows import ClockRow
from storage.transactions import Transactions
from storage.trouble import FULL, UNWRITABLE

log = logging.getLogger(__name__)

LEAST = 32 * 2**20
"""Bytes that must be free. A large picture has as many."""
TRIED = 2**20
NO_TIER = -(2**62)
"""No clock is of it, so that nothing is changed."""
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PICTURES_FULL = "The disk of the pictures is full. Make room, then try again."
PICTURES_UNWRITABLE = "The folder of the pictures cannot be written to. Give Easel the right."


class Room:
    """A server tells by itself when its disk is full, and that only to whoever really writes."""

    def __init__(
        self,
        engine: AsyncEngine,
        transactions: Transactions,
        pictures: Path,
        *,
        least: int = LEAST,
    ) -> None:
        self._transactions, self._pictures, self._least = transactions, pictures, least
        self._said: dict[Path, int | None] = {}
        is_file = engine.dialect.name == "sqlite"
        self._database = Path(str(engine.url.database)).absolute() if is_file else None

    async def require(self) -> None:
        """Raises StorageFailed."""
        if self._database is not None:
            await asyncio.to_thread(self._try, self._database.parent, FULL, UNWRITABLE)
        await asyncio.to_thread(self._try, self._pictures, PICTURES_FULL, PICTURES_UNWRITABLE)
        async with self._transactions.begin() as session:
            nothing = update(ClockRow).where(ClockRow.tier == NO_TIER).values(clock=0)
            await session.execute(nothing)

    def _try(self, folder: Path, full: str, unwritable: str) -> None:
        """By a file without a name, of which nothing is left however this ends."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder, buffering=0) as file:
                written = file.write(bytes(TRIED))
            if written < TRIED or shutil.disk_usage(folder).free < self._least:
                raise StorageFailed(full)
            self._said.pop(folder, None)
        except OSError as error:
            # Asked every few seconds, and it may last for hours.
            if self._said.get(folder, 0) != error.errno:
                log.error("nothing can be written to %s: %s", folder, error)
            self._said[folder] = error.errno
            raise StorageFailed(full if error.errno in NO_ROOM else unwritable) from error
