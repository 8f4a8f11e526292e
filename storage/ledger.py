"""The ledger in a database: jobs and pictures as rows, picture files beside them."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from engine.allowance import UNLIMITED, Allowance
from engine.job import Job, Picture, Recipe, Remembered, Status
from engine.outline import Outline
from engine.ports import NO_PICTURES
from engine.sources import MOST_UNUSED
from engine.tally import Move, Tally
from storage import jobs, lanes
from storage.leaving import let_go, take_turns
from storage.models import JobRow, job_of_row, utc
from storage.picture_rows import REMEMBERED, digest_of, remembered_of_row
from storage.pictures import PictureFiles
from storage.room import Room
from storage.transactions import Transactions
from storage.uploads import make_room, uploaded
from storage.uses import own

NEWEST = 2**62
"""Above the number of any picture."""
PICTURES = REMEMBERED[0].table
ALIKE = (
    select(*REMEMBERED)
    .where(
        PICTURES.c.owner_id == bindparam("owner"),
        PICTURES.c.recipe_digest == bindparam("digest"),
        PICTURES.c.number < bindparam("before"),
    )
    .order_by(PICTURES.c.number.desc())
    .limit(1)
)
SAME = select(jobs.JOBS).where(
    jobs.JOBS.c.owner_id == bindparam("owner"), jobs.JOBS.c.key == bindparam("key")
)
TILES = select(*REMEMBERED).where(PICTURES.c.job_id == bindparam("of")).order_by(PICTURES.c.tile)


class SqlLedger:
    """The `Ledger` over SQLite or Postgres.

    What writes begins with writing, or SQLite would answer "locked" to all but one of two
    transactions that read first.
    """

    def __init__(
        self, engine: AsyncEngine, files: PictureFiles, *, most_unused: int = MOST_UNUSED
    ) -> None:
        self._transactions = Transactions(engine)
        self._files, self._most_unused = files, most_unused
        self._clocks = lanes.Clocks()
        self._room = Room(engine, self._transactions, files.folder)

    async def record(
        self, job: Job, allowance: Allowance = UNLIMITED, now: datetime | None = None
    ) -> Job:
        job = replace(job, submitted=utc(job.submitted))
        try:
            async with self._transactions.begin() as session:
                await jobs.insert(session, job, allowance, now or job.submitted)
        except IntegrityError:
            # The database decides who was first with the key, however close the race.
            earlier = await self.seen(job.owner.id, job.key) if job.key is not None else None
            if earlier is None:
                raise jobs.recorded_already(job.id) from None
            return earlier
        return job

    async def seen(self, owner: str, key: str) -> Job | None:
        async with self._transactions.read() as session:
            row = (await session.execute(SAME, {"owner": owner, "key": key})).one_or_none()
            return None if row is None else job_of_row(row)

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        async with self._keeping(tally) as session:
            return await jobs.begin(session, job, worker, until)

    async def beat(self, held: Mapping[str, int], until: datetime) -> Collection[str]:
        async with self._transactions.begin() as session:
            return await jobs.beat(session, held, until)

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        now = utc(now)
        # Files first: a crash here leaves files that no row names, never rows without a file.
        files = [await self._files.keep(picture.png) for picture in pictures]
        async with self._keeping(tally) as session:
            await jobs.finish(session, job, attempt, pictures, files, now)
            await self._stay(session, files, pictures)

    async def release(self, job: str, attempt: int) -> None:
        async with self._transactions.begin() as session:
            await jobs.release(session, job, attempt)

    async def lose(self, job: str, attempt: int, now: datetime) -> None:
        async with self._transactions.begin() as session:
            await jobs.lose(session, job, attempt, utc(now))

    async def end(
        self,
        job: str,
        status: Status,
        problem: str,
        *,
        now: datetime,
        attempt: int | None = None,
        spent: float = 0.0,
        pictures: Mapping[int, Picture] = NO_PICTURES,
        tally: Tally | None = None,
    ) -> bool:
        if status not in jobs.ENDS:
            raise ValueError(f"{status} is not how a job ends")
        files = {tile: await self._files.keep(each.png) for tile, each in pictures.items()}
        tallies = [tally] if tally else []
        async with self._transactions.begin() as session:
            ended = await jobs.end(
                session, job, status, problem, attempt=attempt, spent=spent, now=utc(now)
            )
            if not ended:
                return False
            if files:
                await jobs.keep_finished(session, job, pictures, files, utc(now))
                await self._stay(session, files.values(), pictures.values())
            await lanes.keep(session, tallies, self._clocks)
        self._clocks.learn(tallies)
        return True

    async def try_writing(self) -> None:
        await self._room.require()

    async def workers(self) -> Collection[str]:
        async with self._transactions.read() as session:
            return await jobs.workers(session)

    async def take_back(self, now: datetime, gone: Collection[str] = ()) -> Sequence[Outline]:
        async with self._transactions.begin() as session:
            return await jobs.take_back(session, utc(now), gone)

    async def job(self, job: str) -> Job:
        async with self._transactions.read() as session:
            row = await session.get(JobRow, job)
            if row is None:
                raise jobs.no_job(job)
            return job_of_row(row)

    async def unfinished(
        self, *, after: Outline | None = None, most: int = 1000
    ) -> Sequence[Outline]:
        async with self._transactions.read() as session:
            return await jobs.unfinished(session, after, most)

    async def keep_tallies(self, tallies: Sequence[Tally], moves: Sequence[Move]) -> None:
        async with self._transactions.begin() as session:
            # In one order, or two programs that do the same wait for each other. One's own stay so.
            for move in sorted(moves, key=lambda move: move.owner):
                await lanes.move(session, move)
            await lanes.keep(session, tallies, self._clocks)
        self._clocks.learn(tallies)

    async def tallies(self) -> tuple[Mapping[int, int], Sequence[Tally]]:
        async with self._transactions.read() as session:
            return await lanes.known(session)

    async def painted(self, owner: str, recipe: Recipe) -> Remembered | None:
        alike = {"owner": owner, "digest": digest_of(recipe), "before": NEWEST}
        async with self._transactions.read() as session:
            while (row := (await session.execute(ALIKE, alike)).one_or_none()) is not None:
                if await self._files.has(row.file):
                    return remembered_of_row(row)
                alike["before"] = row.number
        return None

    async def pictures(self, job: str) -> Sequence[Remembered]:
        async with self._transactions.read() as session:
            return [remembered_of_row(row) for row in await session.execute(TILES, {"of": job})]

    async def keep(self, owner: str, file: bytes, now: datetime) -> str:
        digest = await self._files.keep(file)
        async with self._transactions.begin() as session:
            # The turn before the row, as whoever removes it takes them too.
            await take_turns(session, [digest])
            await uploaded(session, owner, digest, len(file), now)
            leaving = await make_room(session, owner, digest, self._most_unused, now)
            await self._files.stay(digest, file)
        await let_go(self._transactions, self._files, dict.fromkeys(leaving))
        return digest

    async def own(self, owner: str, digests: Collection[str]) -> Collection[str]:
        async with self._transactions.read() as session:
            return await own(session, owner, digests)

    async def file(self, digest: str) -> bytes:
        return await self._files.file(digest)

    @asynccontextmanager
    async def _keeping(self, tally: Tally | None) -> AsyncIterator[AsyncSession]:
        """A transaction that ends with this tally."""
        tallies = [tally] if tally else []
        async with self._transactions.begin() as session:
            yield session
            await lanes.keep(session, tallies, self._clocks)
        self._clocks.learn(tallies)

    async def _stay(
        self, session: AsyncSession, files: Iterable[str], pictures: Iterable[Picture]
    ) -> None:
        """Whoever would remove one of these files at the same time finds its row, or it is
        written again."""
        kept = list(files)
        await take_turns(session, kept)
        for file, picture in zip(kept, pictures, strict=True):
            await self._files.stay(file, picture.png)
