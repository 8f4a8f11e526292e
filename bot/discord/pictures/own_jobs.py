"""What somebody has asked for and does not have yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.arrival.desk import Desk
from engine.job import UNFINISHED, Job, Owner
from engine.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnJob:
    """It waits at that place; without one it is being painted, of which `share` is done."""

    job: Job
    place: Place | None
    share: float


async def own_jobs(desk: Desk, owner: Owner, most: int | None = None) -> Sequence[OwnJob]:
    """Those that come first, first."""
    studio = desk.app.studio
    places = {job: studio.place(job) for job in await desk.app.gallery.unfinished(owner)}
    soonest = sorted(places, key=lambda job: place.seconds if (place := places[job]) else 0.0)
    found = []
    for name in soonest[:most]:
        job = await desk.job(name)
        if job.status in UNFINISHED:
            ticket = studio.ticket(name)
            shares = [ticket.share_of(tile) for tile in job.tiles] if ticket else [0.0]
            share = sum(shares) / len(shares)
            found.append(OwnJob(job=job, place=studio.place(name), share=share))
    return found
