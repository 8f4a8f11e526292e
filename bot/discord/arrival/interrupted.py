"""Interrupted: commands that an earlier program acknowledged, and died before it answered."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import discord
from aiohttp import ClientError

from bot.discord.arrival.asked import key_of, known_as
from bot.discord.arrival.journal import Journal
from bot.discord.arrival.pending import Pending
from bot.discord.connection.wire import Wire, original
from bot.discord.messages.parts import sentence
from bot.discord.speech.words import say, speaking
from engine.errors import EaselError
from engine.ports import Ledger

log = logging.getLogger(__name__)


async def answer_interrupted(
    left: Sequence[Pending],
    *,
    journal: Journal,
    wire: Wire,
    ledger: Ledger,
    now: Callable[[], datetime],
    pause_s: float,
) -> None:
    """Each until it is answered, or nobody waits any more."""

    async def answered(pending: Pending) -> None:
        while pending.reply.open(now()):
            try:
                await _answer(pending, wire, ledger)
                break
            except (discord.DiscordServerError, ClientError, OSError, EaselError) as error:
                log.info("interaction %s cannot be answered yet: %r", pending.id, error)
            except discord.HTTPException as error:
                log.info("interaction %s is answered no more: %s", pending.id, error)
                break
            await asyncio.sleep(pause_s)
        journal.settle(pending.id)

    await asyncio.gather(*map(answered, left))


async def _answer(pending: Pending, wire: Wire, ledger: Ledger) -> None:
    """A job that was recorded is told of by delivery."""
    reply = pending.reply
    if await ledger.seen(known_as(reply.user), key_of(pending.id)) is not None:
        return
    with speaking(reply.language):
        words = say("interrupted_deed") if pending.deed else say("interrupted")
    # Where it is written twice it is the same.
    await wire.ask(original("PATCH", reply.application, reply.token), sentence(words))
