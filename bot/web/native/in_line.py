"""Jobs in line as moderators see them: whose, where and for how much, and never what they are."""

from collections.abc import Mapping
from datetime import datetime

from bot.web.native.told import Told, ToldPlace, told_place
from engine.job import Job, Status
from engine.line import Line, job_of
from engine.place import Place

MOST_LOOKED_AT = 5000
"""Tiles from the front of the queue: as many as are looked at to say where jobs stand."""


class ToldInLine(Told):
    """`place` is null once it is painted, and where it is far back in a very long queue."""

    id: str
    owner: str
    name: str
    status: Status
    pictures: int
    price: float
    submitted: datetime
    place: ToldPlace | None


def told_in_line(job: Job, place: Place | None, now: datetime) -> ToldInLine:
    return ToldInLine(
        id=job.id,
        owner=job.owner.id,
        name=job.owner.name,
        status=job.status,
        pictures=len(job.tiles),
        price=round(job.price, 2),
        submitted=job.submitted,
        place=told_place(place, now) if place else None,
    )


def ranks_in(line: Line, now: datetime) -> Mapping[str, int]:
    """The jobs that are painted or wait, in the order in which they are done."""
    waiting = line.queue.order(now.timestamp(), MOST_LOOKED_AT)
    names = dict.fromkeys([*line.works, *map(job_of, waiting)])
    return {name: rank for rank, name in enumerate(names)}
