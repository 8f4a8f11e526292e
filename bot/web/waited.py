"""Waited: pictures for programs that ask and wait for them in one request."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.app import App
from bot.web.caller import Caller
from bot.web.idempotency import ORIGIN, Once
from bot.web.pause import BEARS_S, Pause
from engine.errors import Cancelled, NotFound, QueueFull, Stopping, StorageFailed
from engine.gate import Gate
from engine.job import Job, Remembered
from engine.line import Line
from engine.request import ImageRequest
from engine.ticket import Ticket

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
PAUSED_STAYS = (
    "A moderator has paused the queue. Your job keeps its place: ask again later with the same key."
)
PAUSED_GOES = (
    "A moderator has paused the queue, so the picture is not painted. It cost nothing; ask again "
    "later, or ask for it at /v1/jobs, where it may wait."
)
STAYS = (
    "Easel is being stopped. Your job keeps its place: ask again with the same key when it is back."
)
GOES = "Easel is being stopped, so the picture is not painted. It cost nothing; ask again later."
NOT_AGAIN = Once()
PAUSES_S = (0.0, 1.0, 10.0, 60.0)
"""Between the tries to withdraw what nobody waits for any more, while the database is away."""

Awaiting = Callable[[str], AbstractContextManager[Callable[[], bool]]]
"""Answers, while a job is waited for, whether it was meant to end before it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A job that has ended, and its pictures in order: fewer where it was meant to end early."""

    job: Job
    pictures: Sequence[Remembered]

    @property
    def notes(self) -> Sequence[str]:
        """Each once."""
        notes = (note for picture in self.pictures for note in picture.notes)
        return tuple(dict.fromkeys(notes))


def never(_: str) -> AbstractContextManager[Callable[[], bool]]:
    return nullcontext(lambda: False)


async def painted(
    app: App,
    request: web.Request,
    caller: Caller,
    asked: ImageRequest,
    *,
    once: Once = NOT_AGAIN,
    awaiting: Awaiting = never,
    bears_s: float = BEARS_S,
) -> Waited:
    """Once they are there. Raises Rejected, PaintingFailed or Cancelled.

    Whoever hangs up withdraws the job, unless its key says that they may come back for it. So does
    who would wait for a queue that is paused.
    """
    ticket = await app.studio.submit(
        asked, caller.owner, key=once.key, sent=once.sent, origin=ORIGIN
    )
    with awaiting(ticket.job.id) as meant:
        try:
            await _ended(app, request, caller, ticket, stays=once.key is not None, bears_s=bears_s)
        except Cancelled:
            if not meant():
                raise
    job = await app.ledger.job(ticket.job.id)
    return Waited(job=job, pictures=await app.ledger.pictures(job.id))


async def _ended(
    app: App, request: web.Request, caller: Caller, ticket: Ticket, *, stays: bool, bears_s: float
) -> None:
    """Raises PaintingFailed, Cancelled or QueueFull."""
    loop, name = asyncio.get_running_loop(), ticket.job.id
    pause = Pause(held=_is_held(app.line, name), bears_s=bears_s)
    pictures = asyncio.ensure_future(ticket.pictures())
    stopped = asyncio.ensure_future(app.line.stop.done.wait())
    ends = {pictures, stopped}
    wait_s = 0.0
    try:
        while not await _any_of(ends, wait_s):
            wait_s = LOOK_EVERY_S
            if pause.is_too_long(loop.time(), held=_is_held(app.line, name)):
                raise QueueFull(PAUSED_STAYS if stays else PAUSED_GOES)
            if request.transport is None or request.transport.is_closing():
                raise asyncio.CancelledError
        if not ticket.ended:
            raise Stopping(STAYS if stays else GOES)
    except (asyncio.CancelledError, QueueFull):
        pictures.cancel()
        with suppress(asyncio.CancelledError):
            await pictures
        if not stays:
            await asyncio.shield(_withdraw(app, ticket.job))
        raise
    finally:
        stopped.cancel()
    await pictures


async def _any_of(ends: Collection["asyncio.Future[Any]"], wait_s: float) -> bool:
    """Whether one of them came within that time."""
    done, _ = await asyncio.wait(ends, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)


def _is_held(line: Line, job: str) -> bool:
    """Nobody knows when it will be begun."""
    return line.gate is Gate.PAUSED and job in line.jobs and job not in line.works


async def _withdraw(app: App, job: Job) -> None:
    """Nobody waits for it any more, and it would still be painted and paid for."""
    for pause in PAUSES_S:
        try:
            await app.studio.cancel(job.id, job.owner)
        except NotFound:
            return
        except StorageFailed as error:
            log.warning("job %s cannot be withdrawn yet: %s", job.id, error)
            await asyncio.sleep(pause)
        else:
            return
