"""One's own jobs: another's is answered exactly as one that there never was."""

from engine.errors import NotFound
from engine.job import Job, Owner
from engine.ports import Ledger

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
