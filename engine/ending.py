"""What whoever waits for a job is told, once the ledger says that it has ended."""

from engine.errors import Cancelled, PaintingFailed
from engine.job import Job, Picture, Status
from engine.ports import Ledger
from engine.ticket import Ticket


def withdrawn() -> Cancelled:
    return Cancelled("The job was withdrawn.")


async def tell_end(job: Job, ticket: Ticket, ledger: Ledger) -> None:
    """Of one that has ended: its pictures, or why there are none."""
    match job.status:
        case Status.DONE:
            ticket.resolve(await _remembered_pictures(job.id, ledger))
        case Status.FAILED:
            ticket.fail(PaintingFailed(job.problem))
        case _:
            ticket.fail(withdrawn())


async def _remembered_pictures(job: str, ledger: Ledger) -> tuple[Picture, ...]:
    return tuple(
        [
            Picture(
                recipe=remembered.recipe,
                png=await ledger.file(remembered.file),
                seconds=remembered.seconds,
            )
            for remembered in await ledger.pictures(job)
        ]
    )
