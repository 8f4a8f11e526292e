"""Waited: pictures for programs that ask and wait for them in one request."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web

from bot.app import App
from bot.web.caller import Caller
from bot.web.idempotency import ORIGIN
from engine.job import Job, Remembered
from engine.request import ImageRequest
from engine.ticket import Ticket

LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waited:
    """A job that is done, and its pictures in order."""

    job: Job
    pictures: Sequence[Remembered]


async def painted(
    app: App, request: web.Request, caller: Caller, asked: ImageRequest, *, key: str | None = None
) -> Waited:
    """Once they are there. Raises Rejected, PaintingFailed or Cancelled.

    Whoever hangs up withdraws the job, unless its key says that they may come back for it.
    """
    ticket = await app.studio.submit(asked, caller.owner, key=key, origin=ORIGIN)
    await ended(app, request, caller, ticket, stays=key is not None)
    job = await app.ledger.job(ticket.job.id)
    return Waited(job=job, pictures=await app.ledger.pictures(job.id))


async def ended(
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
            await asyncio.shield(app.studio.cancel(ticket.job.id, caller.owner))
        raise
    await pictures
