"""The watch: looks at books, messages, files, log and memory, again and again."""

import asyncio
import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.job import UNFINISHED
from tests.soak.books import BookedPicture, Books, read_books
from tests.soak.complaints import Complaints
from tests.soak.database import Database
from tests.soak.easel import Easel
from tests.soak.excuses import Excuses, Trouble
from tests.soak.growth import Sample
from tests.soak.log_lines import LogFile
from tests.soak.promises import LATE, broken
from tests.soak.refusals import Refused
from tests.soak.told import shown_twice, unanswered, unfinished
from tests.soak.townsfolk import Town
from tests.soak.usage import usage_of
from tests.soak.visitor import House

SAMPLE_S = 2.0
HALT_S = 1.0
LOOK_S = 0.25


@dataclass(slots=True, kw_only=True)
class Watch:
    """`samples` are of the life that is now; each restart begins them anew."""

    easel: Easel
    database: Database
    town: Town
    house: House
    excuses: Excuses
    complaints: Complaints
    log: LogFile
    refused: Refused = field(default_factory=Refused)
    samples: list[Sample] = field(default_factory=list)
    halts: list[float] = field(default_factory=list)
    looks: int = 0
    _life: int = 0
    _looked_at: int = 0
    """The number of the newest picture of which the file was read."""

    async def sample(self) -> None:
        """Every few seconds, for ever."""
        while True:
            process = self.easel.process
            usage = usage_of(process) if process else None
            if usage is not None and self.easel.lives:
                if self.easel.lives != self._life:
                    self._life, self.samples = self.easel.lives, []
                self.samples.append(Sample(at=time.monotonic(), values=usage))
            await asyncio.sleep(SAMPLE_S)

    async def notice_halts(self) -> None:
        """Where this program could not go on either, nobody is to blame."""
        while True:
            before = time.time()
            await asyncio.sleep(LOOK_S)
            late = time.time() - before - LOOK_S
            if late > HALT_S:
                self.halts.append(late)
                self.excuses.note(Trouble.HALTED, before, time.time())

    async def look(self) -> Books:
        """At everything that may never be so."""
        # First what was promised: what is promised later need not be in these books.
        promised = dict(self.house.promised)
        promised.update(dict.fromkeys(self.town.promised(), "Discord"))
        books = await read_books(self.database.url)
        self.complaints.add_all(broken(books, promised, awake=self._awake()))
        await self._look_at_files(books.pictures)
        told = self.town.told()
        now = self.town.server.clock.now()
        self.complaints.add_all(unanswered(told, self.excuses, now))
        self.complaints.add_all(shown_twice(told))
        self.complaints.add_all(unfinished(self.town.let_go()))
        self.complaints.add_all(self.log.complaints(self.excuses))
        self.complaints.add_all(
            f"the stand-in was wrong: {mistake}" for mistake in self.town.server.record.mistakes
        )
        self.complaints.add_all(self.refused.complaints(self.town.server.record.refusals))
        self.looks += 1
        return books

    def _awake(self) -> bool:
        late = LATE.total_seconds()
        now = time.time()
        away = self.excuses.any(now, Trouble.AWAY, Trouble.DATABASE, Trouble.HALTED, after_s=late)
        return self.easel.process is not None and not away

    async def _look_at_files(self, pictures: Iterable[BookedPicture]) -> None:
        new = [one for one in pictures if one.number > self._looked_at]
        self._looked_at = max((one.number for one in new), default=self._looked_at)
        await self.require_files(new)

    async def require_files(self, pictures: Iterable[BookedPicture]) -> None:
        """Each is there and is what it is called, unless its row went meanwhile too."""
        folder = self.easel.folder / "data" / "pictures"
        wrong = await asyncio.to_thread(
            lambda: [one for one in pictures if not is_whole(folder, one)]
        )
        if wrong:
            still = {one.number for one in (await read_books(self.database.url)).pictures}
            self.complaints.add_all(
                f"picture {one.number} of job {one.job} is not on the disk as {one.file[:12]}…"
                for one in wrong
                if one.number in still
            )

    async def at_rest(self) -> bool:
        """Whether nothing is waited for any more, by anybody."""
        books = await read_books(self.database.url)
        if books.undelivered:
            return False
        if any(job.status in UNFINISHED for job in books.jobs.values()):
            return False
        return not any(one.loading or (one.pending and not one.asks) for one in self.town.told())


def is_whole(folder: Path, picture: BookedPicture) -> bool:
    try:
        png = (folder / picture.file[:2] / picture.file[2:4] / picture.file).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(png).hexdigest() == picture.file
