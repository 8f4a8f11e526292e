"""The table of source pictures: the files that jobs begin with or follow."""

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.job import Job
from storage.models import Table


class SourceRow(Table):
    """A job uses the picture that is kept under that digest."""

    __tablename__ = "sources"
    __table_args__ = (Index(None, "digest"),)

    job_id: Mapped[str] = mapped_column(ForeignKey("jobs.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)


def rows_of_sources(job: Job) -> list[SourceRow]:
    return [SourceRow(job_id=job.id, digest=digest) for digest in sorted(job.request.pictures)]
