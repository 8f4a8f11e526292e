"""One's own jobs: another's is answered exactly as one that there never was."""

from engine.errors import NotFound
from engine.job import Job, Owner, Remembered
from engine.ports import Ledger
from engine.studio import Studio

NO_JOB = "You have no such job."


async def own_job(ledger: Ledger, name: str, owner: Owner) -> Job:
    """Raises NotFound."""
    try:
        job = await ledger.job(name)
    except NotFound:
        raise NotFound(NO_JOB) from None
    if job.owner.id != owner.id:
        raise NotFound(NO_JOB)
    return job


async def own_picture(ledger: Ledger, name: str, tile: int, owner: Owner) -> Remembered:
    """Raises NotFound where it is not painted, not there, or another's."""
    job = await own_job(ledger, name, owner)
    for picture in await ledger.pictures(job.id):
        if picture.tile == tile:
            return picture
    raise NotFound("That job has no such picture, or not yet.")


async def own_preview(studio: Studio, ledger: Ledger, name: str, tile: int, owner: Owner) -> bytes:
    """A picture as it is by now. Raises NotFound."""
    job = await own_job(ledger, name, owner)
    ticket = studio.ticket(job.id)
    for step in ticket.latest if ticket else ():
        if step.tile == tile and step.preview:
            return step.preview
    raise NotFound("There is nothing to see of that picture yet, or it is done.")
