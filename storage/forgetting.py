"""Forgets a person: their pictures, their words, their name.

What stays hinders cheating: what they used, what they were granted or denied, and the audit. A job
stays as what it cost and when. Every step is small, and done again it changes nothing. Source
pictures of an attempt that was interrupted are found by the sweep of what nothing names.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update

from engine.choices import Kind
from engine.job import UNFINISHED
from engine.request import ImageRequest
from storage.leaving import AT_ONCE, remove
from storage.models import JobRow, UtcDateTime
from storage.picture_rows import PictureRow
from storage.pictures import PictureFiles
from storage.rows import DeliveryRow, PersonRow, StyleRow
from storage.sources import SourceRow, mentioned, pictured
from storage.transactions import Transactions

WORDLESS = ImageRequest(prompt="forgotten").model_dump(mode="json")
"""What a job of somebody who was forgotten asked for."""


async def forget(transactions: Transactions, files: PictureFiles, owner: str) -> None:
    await _forget_pictures(transactions, files, owner)
    sources = await _sources(transactions, owner)
    async for jobs in _ended_jobs(transactions, owner):
        await _forget_words(transactions, jobs)
    await _forget_person(transactions, owner)
    others = await mentioned(transactions, sources) | await pictured(transactions, sources)
    # Kept again since then, it is what somebody else is just about to begin with.
    await files.remove_old(
        {digest: at.timestamp() for digest, at in sources.items() if digest not in others}
    )


async def _sources(transactions: Transactions, owner: str) -> Mapping[str, datetime]:
    """The files that the owner's jobs used, and when for the last time."""
    last = (
        select(SourceRow.digest, func.max(JobRow.submitted, type_=UtcDateTime()))
        .join(JobRow, JobRow.id == SourceRow.job_id)
        .where(JobRow.owner_id == owner)
        .group_by(SourceRow.digest)
    )
    async with transactions.read() as session:
        return dict((await session.execute(last)).all())


async def _forget_pictures(transactions: Transactions, files: PictureFiles, owner: str) -> None:
    some = select(PictureRow.number).where(PictureRow.owner_id == owner).limit(AT_ONCE)
    while True:
        async with transactions.read() as session:
            numbers = (await session.scalars(some)).all()
        if not numbers:
            return
        await remove(transactions, files, numbers)


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
        .values(request=WORDLESS, tiles=[], owner_name="", key=None, reply="", problem="")
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
