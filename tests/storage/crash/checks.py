"""What must be true of a database and of what was told, whatever happened to the programs."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from engine.allowance import cents_of
from engine.job import UNFINISHED, Status
from storage.database import connect
from storage.models import JobRow
from storage.picture_rows import PictureRow
from storage.rows import DeliveryRow, EntryRow, PersonRow
from tests.storage.crash.plan import ACCEPTED, BEGUN, TOLD, notes

GRACE = timedelta(seconds=10)
"""A machine may halt those who would look after a lease."""


@dataclass(frozen=True, kw_only=True)
class State:
    """How far things are. `stuck` are leases that ran out longer ago than they may."""

    jobs: int
    unfinished: int
    undelivered: int
    stuck: int

    @property
    def at_rest(self) -> bool:
        return not self.unfinished and not self.undelivered


async def state_of(url: str) -> State:
    unfinished = JobRow.status.in_(UNFINISHED)
    stuck = (JobRow.status == Status.PAINTING) & (JobRow.lease < datetime.now(UTC) - GRACE)
    async with connect(url, patience=20) as engine, engine.connect() as connection:
        counts = select(
            func.count(), func.count().filter(unfinished), func.count().filter(stuck)
        ).select_from(JobRow)
        jobs, left, late = (await connection.execute(counts)).one()
        due = select(func.count()).select_from(DeliveryRow).where(DeliveryRow.done.is_(None))
        undelivered = (await connection.execute(due)).scalar_one()
    return State(jobs=jobs, unfinished=left, undelivered=undelivered, stuck=late)


async def violations(url: str, folder: Path) -> list[str]:
    """A sentence for everything that is not as it must be, once all is at rest."""
    async with connect(url, patience=20) as engine:
        async with async_sessionmaker(engine)() as session:
            jobs = list(await session.scalars(select(JobRow)))
            pictures = defaultdict(list)
            for picture in await session.scalars(select(PictureRow).order_by(PictureRow.tile)):
                pictures[picture.job_id].append(picture)
            deliveries = {row.job_id: row for row in await session.scalars(select(DeliveryRow))}
            found = [
                *lost(folder, jobs),
                *twice(jobs),
                *wrong_pictures(folder, jobs, pictures),
                *wrong_deliveries(folder, jobs, pictures, deliveries),
                *[each async for each in wrong_credits(session, jobs)],
            ]
        if engine.dialect.name == "sqlite":
            async with engine.connect() as connection:
                told = (await connection.exec_driver_sql("PRAGMA integrity_check")).scalars().all()
                found += [f"the database is damaged: {line}" for line in told if line != "ok"]
    return found


def stolen(folder: Path) -> list[str]:
    """Jobs that were begun again although nobody had died."""
    begun = Counter(one["job"] for one in notes(folder, BEGUN))
    return [job for job, times in begun.items() if times > 1]


async def outcomes(url: str) -> dict[str, tuple[Status, int]]:
    """How each job stands, and how often it was begun, by the key of its interaction."""
    async with connect(url, patience=20) as engine, engine.connect() as connection:
        rows = await connection.execute(select(JobRow.reply, JobRow.status, JobRow.attempt))
        return {reply: (Status(status), attempt) for reply, status, attempt in rows}


def lost(folder: Path, jobs: list[JobRow]) -> Iterator[str]:
    recorded = {job.reply for job in jobs}
    for accepted in notes(folder, ACCEPTED):
        if accepted["key"] not in recorded:
            yield f"{accepted['key']} was accepted and is lost"
    for job in jobs:
        if job.status in UNFINISHED:
            yield f"{job.reply} is {job.status} for ever"


def twice(jobs: list[JobRow]) -> Iterator[str]:
    for reply, count in Counter(job.reply for job in jobs).items():
        if count > 1:
            yield f"{reply} became {count} jobs"


def wrong_pictures(folder: Path, jobs: list[JobRow], pictures: Any) -> Iterator[str]:
    begun = {(one["job"], one["attempt"]): one["process"] for one in notes(folder, BEGUN)}
    for job in jobs:
        kept = pictures[job.id]
        if len(kept) not in numbers_of(job):
            yield f"{job.reply} is {job.status} and has {len(kept)} pictures"
        if job.spent < sum(picture.seconds for picture in kept) - 1e-6:
            yield f"{job.reply} has {len(kept)} pictures and cost {job.spent}"
        for picture in pictures[job.id]:
            path = folder / "pictures" / picture.file[:2] / picture.file[2:4] / picture.file
            png = path.read_bytes() if path.exists() else b""
            if hashlib.sha256(png).hexdigest() != picture.file:
                yield f"a picture of {job.reply} is not on the disk"
            elif (job.id, job.attempt) in begun and int(png.split()[0]) != begun[
                job.id, job.attempt
            ]:
                yield f"{job.reply} has the result of somebody who had lost it"
        if job.attempt > 3:
            yield f"{job.reply} was tried {job.attempt} times"


def numbers_of(job: JobRow) -> range:
    """How many pictures it may have. Of a withdrawn one, what was painted by then is kept."""
    most = 0 if job.status == Status.FAILED else len(job.tiles)
    return range(0 if job.status == Status.CANCELLED else most, most + 1)


def wrong_deliveries(
    folder: Path, jobs: list[JobRow], pictures: Any, deliveries: Any
) -> Iterator[str]:
    told = defaultdict(list)
    tellers = Counter((line["nonce"], line["process"]) for line in notes(folder, TOLD))
    repeated = {nonce for (nonce, _), count in tellers.items() if count > 1}
    for line in notes(folder, TOLD):
        told[line["nonce"]].append(line["pictures"])
    for job in jobs:
        kept = [picture.file for picture in pictures[job.id]]
        if not told[job.id]:
            yield f"nobody was told of {job.reply}"
        if any(one != kept for one in told[job.id]):
            yield f"of {job.reply} something was told that is not so"
        # Somebody who died in between is the only reason to say it again, with the same nonce.
        if job.id in repeated:
            yield f"{job.reply} was told twice by one program"
        if job.id not in deliveries or deliveries[job.id].done is None:
            yield f"the delivery of {job.reply} is still due"


async def wrong_credits(session: AsyncSession, jobs: list[JobRow]) -> Any:
    entries: defaultdict[str, dict[str, int]] = defaultdict(dict)
    used: Counter[str] = Counter()
    days = set()
    for entry in await session.scalars(select(EntryRow)):
        entries[entry.job_id][entry.kind] = entry.credits
        used[entry.owner_id] += entry.credits if entry.kind == "settle" else 0
        days.add(entry.day)
    for job in jobs:
        held = entries[job.id]
        if set(held) != {"reserve", "settle", "refund"}:
            yield f"the credits of {job.reply} moved by {sorted(held)}"
        elif held["settle"] + held["refund"] != held["reserve"] or min(held.values()) < 0:
            yield f"the credits of {job.reply} do not add up: {held}"
        elif held["settle"] != min(cents_of(job.spent), held["reserve"]):
            yield f"{job.reply} cost {job.spent} and was charged {held['settle']}"
        elif job.status == Status.FAILED and held["settle"]:
            yield f"{job.reply} failed and was charged {held['settle']}"
    if len(days) == 1:  # at midnight purses begin anew
        for person in await session.scalars(select(PersonRow)):
            if person.used != used[person.id]:
                yield f"{person.id} was charged {person.used} for {used[person.id]}"
