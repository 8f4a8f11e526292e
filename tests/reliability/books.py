"""What must be true of a database and its pictures once all is at rest."""

from collections import defaultdict
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import async_sessionmaker

from engine.job import UNFINISHED
from storage.database import connect
from storage.models import JobRow
from storage.picture_rows import PictureRow
from storage.rows import DeliveryRow
from tests.storage.crash.checks import twice, wrong_credits, wrong_pictures


async def errors_in(url: str, folder: Path) -> list[str]:
    """A sentence for each."""
    async with connect(url, patience=20) as engine:
        async with async_sessionmaker(engine)() as session:
            jobs = list(await session.scalars(select(JobRow)))
            pictures = defaultdict(list)
            for picture in await session.scalars(select(PictureRow).order_by(PictureRow.tile)):
                pictures[picture.job_id].append(picture)
            told = {row.job_id for row in await session.scalars(select(DeliveryRow)) if row.done}
            found = [
                *(f"{job.id} is {job.status} for ever" for job in jobs if job.status in UNFINISHED),
                *(f"nobody was told of {job.id}" for job in jobs if job.id not in told),
                *twice(jobs),
                *wrong_pictures(folder, jobs, pictures),
                *[each async for each in wrong_credits(session, jobs)],
            ]
        if engine.dialect.name == "sqlite":
            async with engine.connect() as connection:
                lines = (await connection.exec_driver_sql("PRAGMA integrity_check")).scalars()
                found += [f"the database is damaged: {line}" for line in lines if line != "ok"]
    return found
