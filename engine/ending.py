"""What whoever waits for a job is told, once the ledger says that it has ended."""

from engine.errors import Cancelled, NotFound, PaintingFailed
from engine.job import Job, Picture, Status
from engine.ports import Ledger
from engine.ticket import Ticket


def withdrawn() -> Cancelled:
    return Cancelled("The job was withdrawn.")


async def tell_end(job: Job, ticket: Ticket, ledger: Ledger) -> None:
    """Of one that has ended: its pictures, or why there are none."""
    match job.status:
        case Status.DONE:
            ticket.resolve(await kept_pictures(job.id, ledger))
        case Status.FAILED:
            ticket.fail(PaintingFailed(job.problem))
        case _:
            ticket.fail(withdrawn())


async def kept_pictures(job: str, ledger: Ledger) -> tuple[Picture, ...]:
    """Those that were not deleted since."""
    pictures = []
    for remembered in await ledger.pictures(job):
        try:
            png = await ledger.file(remembered.file)
        except NotFound:
            continue
        pictures.append(
            Picture(
                recipe=remembered.recipe,
                png=png,
                seconds=remembered.seconds,
                notes=remembered.notes,
            )
        )
    return tuple(pictures)
