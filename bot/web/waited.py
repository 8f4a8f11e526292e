"""Waited: pictures for programs that ask and wait for them in one request."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass

from aiohttp import web

from bot.app import App
from bot.web.caller import Caller
from bot.web.idempotency import ORIGIN
from engine.errors import Cancelled, NotFound, StorageFailed
from engine.job import Job, Remembered
from engine.request import ImageRequest
from engine.ticket import Ticket

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
PAUSES_S = (0.0, 1.0, 10.0, 60.0)
"""Between the tries to withdraw what nobody waits for any more, while the database is away."""

Awaiting = Callable[[str], AbstractContextManager[Callable[[], bool]]]
"""Answers, while a job is waited for, whether it was meant to end before it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A job that has ended, and its pictures in order: fewer where it was meant to end early."""

    job: Job
    pictures: Sequence[Remembered]


def never(_: str) -> AbstractContextManager[Callable[[], bool]]:
    return nullcontext(lambda: False)


async def painted(
    app: App,
    request: web.Request,
    caller: Caller,
    asked: ImageRequest,
    *,
    key: str | None = None,
    awaiting: Awaiting = never,
) -> Waited:
    """Once they are there. Raises Rejected, PaintingFailed or Cancelled.

    Whoever hangs up withdraws the job, unless its key says that they may come back for it.
    """
    ticket = await app.studio.submit(asked, caller.owner, key=key, origin=ORIGIN)
    with awaiting(ticket.job.id) as meant:
        try:
            await _ended(app, request, caller, ticket, stays=key is not None)
        except Cancelled:
            if not meant():
                raise
    job = await app.ledger.job(ticket.job.id)
    return Waited(job=job, pictures=await app.ledger.pictures(job.id))


async def _ended(
    app: App, request: web.Request, caller: Caller, ticket: Ticket, *, stays: bool
) -> None:
    """Raises PaintingFailed or Cancelled."""
    pictures = asyncio.ensure_future(ticket.pictures())
    try:
        while not (await asyncio.wait({pictures}, timeout=LOOK_EVERY_S))[0]:
            if request.transport is None or request.transport.is_closing():
                raise asyncio.CancelledError
    except asyncio.CancelledError:
        pictures.cancel()
        with suppress(asyncio.CancelledError):
            await pictures
        if not stays:
            await asyncio.shield(_withdraw(app, ticket.job))
        raise
    await pictures


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
