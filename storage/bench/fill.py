"""Fill: a database as it is after years, with a long history and jobs that wait."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count, islice
from typing import Any

from sqlalchemy import insert, inspect
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.allowance import cents_of
from engine.card import ModelCard
from engine.job import Job, Owner, Picture, Status
from engine.purse import Kind
from engine.request import ImageRequest
from engine.tiles import tiles_of
from storage.bench.scene import Scene
from storage.models import JobRow, Table, row_of_job
from storage.picture_rows import PictureRow, row_of_picture
from storage.purses import meet
from storage.rows import EntryRow
from storage.transactions import Transactions

AT_ONCE = 1_000
TILES = 4
PRICE, SPENT = 8.0, 6.0
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
"""Long before what is timed."""
PAUSE = timedelta(minutes=4)
TABLES = (JobRow, PictureRow, EntryRow)
"""In the order in which they must be written."""

Tell = Callable[[str, int, int], None]
"""Called with what is being written, how much of it is there, and how much there will be."""


async def fill(engine: AsyncEngine, scene: Scene, card: ModelCard, tell: Tell) -> None:
    """Write the rows themselves: to have a million pictures painted one by one takes hours."""
    transactions = Transactions(engine)
    async with transactions.begin() as session:
        for owner in scene.people:
            await meet(session, owner, BEGIN, "somebody")
    history = scene.size.pictures // TILES
    painted = _jobs(scene, card, BEGIN, tiles=TILES, status=Status.DONE)
    waiting = _jobs(scene, card, BEGIN + history * PAUSE, tiles=1, status=Status.QUEUED)
    for what, jobs, most in (
        ("pictures", painted, history),
        ("waiting jobs", waiting, scene.size.jobs),
    ):
        jobs = islice(jobs, most)
        for there in range(0, most, AT_ONCE):
            tell(what, there, most)
            rows = [row for job in islice(jobs, AT_ONCE) for row in _rows(job)]
            async with transactions.begin() as session:
                for table in TABLES:
                    if values := [_values(row) for row in rows if isinstance(row, table)]:
                        await session.execute(insert(table), values)


def _jobs(
    scene: Scene, card: ModelCard, begin: datetime, *, tiles: int, status: Status
) -> Iterator[Job]:
    for number in count():
        request = ImageRequest(prompt=scene.prompt(), seed=scene.seed(), count=tiles)
        yield Job(
            owner=Owner(id=scene.person(), name="somebody"),
            request=request,
            tiles=tiles_of(request, card, seed=0),
            price=PRICE,
            submitted=begin + number * PAUSE,
            status=status,
        )


def _rows(job: Job) -> Iterable[Table]:
    """All that storage holds of it."""
    done = job.status is Status.DONE
    yield row_of_job(replace(job, spent=SPENT, attempt=1) if done else job)
    yield _entry(job, Kind.RESERVE, PRICE)
    if not done:
        return
    yield _entry(job, Kind.SETTLE, SPENT)
    yield _entry(job, Kind.REFUND, PRICE - SPENT)
    for tile in job.tiles:
        file = sha256(f"{job.id} {tile.index}".encode()).hexdigest()
        picture = Picture(recipe=tile.recipe, png=b"", seconds=SPENT / TILES)
        yield row_of_picture(job.id, tile.index, job.owner.id, picture, file, job.submitted)


def _entry(job: Job, kind: Kind, credits: float) -> EntryRow:
    return EntryRow(
        job_id=job.id,
        owner_id=job.owner.id,
        kind=kind,
        credits=cents_of(credits),
        day=job.submitted.date(),
        grants=[],
        at=job.submitted,
    )


def _values(row: Table) -> dict[str, Any]:
    """What was said of it; the database numbers it itself."""
    said = inspect(row).dict
    return {
        column.key: said[column.key]
        for column in inspect(type(row)).column_attrs
        if column.key in said
    }
