"""First answers: each interaction takes one, within three seconds, however the line is."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum, auto

import discord
from aiohttp import ClientError

from bot.discord.arrival.asked import Interaction
from bot.discord.connection.wire import Wire

log = logging.getLogger(__name__)

PAUSE_S = 0.1
ALREADY, TOO_LATE = 40060, 10062


class First(Enum):
    """Whose the first answer is."""

    OURS = auto()
    ANOTHERS = auto()
    """Or nobody waits for one any more."""
    UNKNOWN = auto()
    """A try may have arrived of which nothing was heard."""


async def answered_first(
    wire: Wire, interaction: Interaction, answer: Callable[[], Awaitable[object]]
) -> First:
    """Whoever does not hear that it is ours has nothing to do.

    Each try is cut short: after an error of Discord's discord.py rests for seconds, which are all
    that there are.
    """
    lost: Exception | None = None
    try:
        async with asyncio.timeout(wire.answers_within):
            while True:
                try:
                    async with wire.answers, asyncio.timeout(wire.answer_patience):
                        await answer()
                    return First.OURS
                except discord.HTTPException as error:
                    if error.code == ALREADY and lost is not None:
                        return First.OURS  # by the try before, of which nothing was heard
                    if error.code in {ALREADY, TOO_LATE}:
                        log.info("interaction %s is not ours: %s", interaction.id, error)
                        return First.ANOTHERS
                    raise
                except (ClientError, OSError) as error:
                    lost = error
                await asyncio.sleep(PAUSE_S)
    except TimeoutError:
        log.warning("interaction %s could not be answered in time: %r", interaction.id, lost)
        return First.UNKNOWN
