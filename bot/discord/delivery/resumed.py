"""Resumed: jobs that an earlier program took in, followed on their messages as before."""

import logging
from collections.abc import Callable
from datetime import datetime

from bot.app import App
from bot.discord.arrival.desk import ORIGIN
from bot.discord.delivery.reply import TOKEN_LIFE, Reply
from bot.discord.delivery.screens import Screens
from engine.errors import EaselError
from engine.job import UNFINISHED
from engine.outline import Outline

log = logging.getLogger(__name__)


async def follow_again(app: App, screens: Screens, now: Callable[[], datetime]) -> None:
    """Those whose messages can still be edited. Of the others delivery tells the end."""
    last: Outline | None = None
    try:
        while page := await app.ledger.unfinished(after=last):
            for job in page:
                if job.origin == ORIGIN and now() - job.submitted < TOKEN_LIFE:
                    await _follow(job.id, app, screens)
            last = page[-1]
    except EaselError as error:
        log.warning("not every message of before says how far it is: %s", error)


async def _follow(name: str, app: App, screens: Screens) -> None:
    job = await app.ledger.job(name)
    if job.status in UNFINISHED and app.line.knows(name):
        screens.follow(app.line.ticket(job), Reply.read(job.reply))
