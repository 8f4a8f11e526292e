"""Orphans: files in the folder of pictures that nothing names."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.picture_rows import PictureRow
from storage.pictures import DIGEST, LEAVING, PictureFiles, changed, remove_old
from storage.restore_files import remove_abandoned
from storage.transactions import Transactions
from storage.uploads import drop
from storage.uses import AT_ONCE, mentioned
from storage.whole_file import UNFINISHED

log = logging.getLogger(__name__)

YOUNG = timedelta(days=1)
"""So long a file may wait for the row that names it."""
ROWS_AT_ONCE = 2000
DIGITS = "0123456789abcdef"


class Orphans:
    """What a crash left between writing a file and naming it, or what is named no more.

    A file is kept by its digest, so a later picture may be the same as an orphan. Whoever keeps it
    then makes it young again, and so it stays.
    """

    def __init__(self, engine: AsyncEngine, files: PictureFiles) -> None:
        self._transactions = Transactions(engine)
        self._folder = files.folder

    async def remove(self, now: datetime) -> int:
        """Remove those that are older than a day; answer how many that were."""
        before = now - YOUNG
        await asyncio.to_thread(remove_abandoned, self._folder, before.timestamp())
        suspects: dict[str, Path] = {}
        # By the first digit, so that a sixteenth of all names is held in memory at a time.
        for digit in DIGITS:
            await asyncio.to_thread(self._bring_back, digit)
            old = await asyncio.to_thread(self._old, digit, before.timestamp())
            if old:
                suspects.update(await self._unpainted(digit, old))
        if suspects:
            for digest in await mentioned(self._transactions, suspects, before):
                del suspects[digest]
        ages = dict.fromkeys(suspects.values(), before.timestamp())
        removed = await asyncio.to_thread(remove_old, ages)
        await self._drop_uploads(list(suspects), before)
        if removed:
            log.info("%s files that nothing names were removed", removed)
        return removed

    async def _drop_uploads(self, digests: Sequence[str], before: datetime) -> None:
        for start in range(0, len(digests), AT_ONCE):
            async with self._transactions.begin() as session:
                await drop(session, digests[start : start + AT_ONCE], before)

    def _old(self, digit: str, before: float) -> list[Path]:
        return [
            path
            for path in self._files(digit)
            if (DIGEST.fullmatch(path.name) or path.suffix == UNFINISHED) and changed(path) < before
        ]

    def _bring_back(self, digit: str) -> None:
        """What a sweep that was killed had moved aside: it is looked at again."""
        for path in self._files(digit):
            if path.suffix == LEAVING:
                _bring_back(path)

    def _files(self, digit: str) -> Iterable[Path]:
        # The folder of a picture says how its digest begins.
        return [path for path in self._folder.glob(f"{digit}?/??/*") if _is_file(path)]

    async def _unpainted(self, digit: str, old: Iterable[Path]) -> dict[str, Path]:
        """Those of them that are no picture of a job."""
        rest = {path.name: path for path in old}
        painted = select(PictureRow.file).where(PictureRow.file.startswith(digit))
        async for files in self._parts(painted):
            for file in files:
                rest.pop(file, None)
        return rest

    async def _parts(self, statement: Select[str]) -> AsyncIterator[Sequence[str]]:
        some = statement.execution_options(yield_per=ROWS_AT_ONCE)
        async with self._transactions.read() as session:
            async for part in (await session.stream_scalars(some)).partitions():
                yield part


def _bring_back(aside: Path) -> None:
    path = aside.with_suffix("")
    try:
        if path.is_file():
            aside.unlink()  # it was kept again meanwhile, and must not become old by this
        else:
            aside.replace(path)
    except FileNotFoundError:
        return  # it was to leave, and has left
    except OSError as error:
        log.warning("cannot bring %s back: %s", aside, error)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        log.warning("cannot look at %s: %s", path, error)
        return False
