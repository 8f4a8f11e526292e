"""Forgets a person: their pictures, their words, their name.

What stays hinders cheating: what they used, what they were granted or denied, and the audit. A job
stays as what it cost and when. Every step is small, and done again it changes nothing. Files of an
attempt that was interrupted are found by the sweep of what nothing names.
"""

from collections.abc import AsyncIterator, Collection, Sequence

from sqlalchemy import delete, select, union, update

from engine.archive import WORDLESS
from engine.choices import Kind
from engine.job import UNFINISHED
from storage.leaving import AT_ONCE, let_go, remove
from storage.models import JobRow
from storage.picture_rows import PictureRow
from storage.pictures import PictureFiles
from storage.rows import DeliveryRow, PersonRow, StyleRow
from storage.sources import SourceRow
from storage.transactions import Transactions
from storage.uploads import UploadRow


async def forget(transactions: Transactions, files: PictureFiles, owner: str) -> Collection[str]:
    """Answers the files that could not be removed yet."""
    stuck = await _forget_pictures(transactions, files, owner)
    sources = await _sources(transactions, owner)
    async for jobs in _ended_jobs(transactions, owner):
        await _forget_words(transactions, jobs)
    await _forget_person(transactions, owner)
    return stuck | set(await let_go(transactions, files, dict.fromkeys(sources)))


async def _sources(transactions: Transactions, owner: str) -> Collection[str]:
    """The files that the owner uploaded, and that the owner's jobs used."""
    used = (
        select(SourceRow.digest)
        .join(JobRow, JobRow.id == SourceRow.job_id)
        .where(JobRow.owner_id == owner)
    )
    uploaded = select(UploadRow.digest).where(UploadRow.owner_id == owner)
    async with transactions.read() as session:
        return (await session.scalars(union(used, uploaded))).all()


async def _forget_pictures(transactions: Transactions, files: PictureFiles, owner: str) -> set[str]:
    some = select(PictureRow.number).where(PictureRow.owner_id == owner).limit(AT_ONCE)
    stuck: set[str] = set()
    while True:
        async with transactions.read() as session:
            numbers = (await session.scalars(some)).all()
        if not numbers:
            return stuck
        stuck |= set((await remove(transactions, files, numbers)).stuck)


async def _ended_jobs(transactions: Transactions, owner: str) -> AsyncIterator[Sequence[str]]:
    """Some at a time."""
    last = ""
    while True:
        some = (
            select(JobRow.id)
            .where(JobRow.owner_id == owner, JobRow.status.not_in(UNFINISHED), JobRow.id > last)
            .order_by(JobRow.id)
            .limit(AT_ONCE)
        )
        async with transactions.read() as session:
            jobs = (await session.scalars(some)).all()
        if not jobs:
            return
        yield jobs
        last = jobs[-1]


async def _forget_words(transactions: Transactions, jobs: Sequence[str]) -> None:
    wordless = (
        update(JobRow)
        .where(JobRow.id.in_(jobs))
        .values(
            request=WORDLESS.model_dump(mode="json"),
            tiles=[],
            owner_name="",
            key=None,
            sent=None,
            reply="",
            problem="",
        )
    )
    async with transactions.begin() as session:
        await session.execute(wordless)
        await session.execute(delete(SourceRow).where(SourceRow.job_id.in_(jobs)))
        # Nobody far away need be told of what is not there any more.
        await session.execute(delete(DeliveryRow).where(DeliveryRow.job_id.in_(jobs)))


async def _forget_person(transactions: Transactions, owner: str) -> None:
    nameless = update(PersonRow).where(PersonRow.id == owner).values(name="", preferences={})
    async with transactions.begin() as session:
        await session.execute(nameless)
        theirs = delete(StyleRow).where(StyleRow.kind == Kind.PERSON, StyleRow.owner_id == owner)
        await session.execute(theirs)
        await session.execute(delete(UploadRow).where(UploadRow.owner_id == owner))
