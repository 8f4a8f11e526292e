"""Delivery: tells on Discord how a job ended, by whichever way is still open."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import discord

from bot.discord.connection.wire import (
    Wire,
    channel_message,
    channel_messages,
    direct_channels,
    follow_up,
    original,
)
from bot.discord.delivery.reply import Reply
from bot.discord.delivery.screens import Screens
from bot.discord.looks import job as looks
from bot.discord.messages.parts import NEW_COMPONENTS, ONLY_FOR_YOU, Post, sentence
from bot.discord.speech.words import say, speaking
from engine.errors import NotFound, StorageFailed
from engine.job import Job, Picture

log = logging.getLogger(__name__)

EVERYWHERE = 10 * 2**20
"""Bytes that a file may have wherever it is sent."""
CLOSED = frozenset({10008, 10015, 10062, 40094, 50027})
"""The first answer, or what opens it, is no more."""
NO_ENTRY = frozenset({403, 404})
LONGEST_NONCE = 25
MOST_FOLLOW_UPS = 5
"""For a guest."""


class Delivery:
    """A Sink. Each way may be gone twice and still shows one message.

    First the answer that is loading, while its token lives; then the channel; then a direct
    message. What only one person may see goes to no channel.
    """

    def __init__(self, *, wire: Wire, screens: Screens, now: Callable[[], datetime]) -> None:
        self._wire, self._screens, self._now = wire, screens, now

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        """Raises NotFound where every way is closed."""
        reply = Reply.read(job.reply)
        with speaking(reply.language):
            await self._tell(job, pictures, reply)

    async def _tell(self, job: Job, pictures: Sequence[Picture], reply: Reply) -> None:
        async with self._screens.last(job.id):
            if not await self._answered(job, pictures, reply):
                posts = await _looks(job, pictures, reply, min(reply.upload_limit, EVERYWHERE))
                for number, post in enumerate(posts):
                    await self._elsewhere(job, reply, looks.for_somebody(post, reply), number)
                await self._clear(reply)
        if looks.is_discreet(job, reply):
            await self._whisper(job, reply)

    async def _whisper(self, job: Job, reply: Reply) -> None:
        """To whoever asked, what nobody else is told of how it ended."""
        with speaking(reply.reader or reply.language):
            post = sentence(looks.problem_of(job))
        if reply.open(self._now()) and await self._followed(replace(reply, private=True), post):
            return
        try:
            await self._direct(reply, post, _nonce(job, 1))
        except NotFound:
            log.info("only /quota tells why job %s was withdrawn", job.id)

    async def _clear(self, reply: Reply) -> None:
        """The first answer still says how far it is, for ever; the bot itself may take it away."""
        if reply.answer is None or reply.private or reply.guest:
            return
        try:
            await self._wire.ask(channel_message("DELETE", reply.channel, reply.answer))
        except (discord.HTTPException, StorageFailed, TimeoutError) as error:
            log.info("message %s stays as it was: %r", reply.answer, error)

    async def _answered(self, job: Job, pictures: Sequence[Picture], reply: Reply) -> bool:
        if not reply.open(self._now()):
            return False
        first, *others = await _looks(job, pictures, reply, reply.upload_limit)
        if reply.named:
            first = looks.for_somebody(first, reply)
        try:
            await self._wire.ask(original("PATCH", reply.application, reply.token), first)
        except discord.HTTPException as error:
            if error.code in CLOSED:
                return False
            raise
        for number, post in enumerate(others, start=1):
            await self._besides(job, reply, post, number)
        return True

    async def _besides(self, job: Job, reply: Reply, post: Post, number: int) -> None:
        """What did not fit into the answer, while its token lives.

        The channel first, since Discord keeps one of those with the same nonce. A follow-up that is
        sent twice is there twice; but where no channel helps it is better than none.
        """
        nonce = _nonce(job, number)
        channel = not reply.private and not reply.guest
        if channel and await self._sent(reply.channel, post, nonce):
            return
        if not (reply.guest and number > MOST_FOLLOW_UPS) and await self._followed(reply, post):
            return
        await self._direct(reply, looks.for_somebody(post, reply), nonce)

    async def _followed(self, reply: Reply, post: Post) -> bool:
        """False where that is over."""
        flags = NEW_COMPONENTS | ONLY_FOR_YOU if reply.private else NEW_COMPONENTS
        route = follow_up(reply.application, reply.token)
        try:
            await self._wire.ask(route, post, more={"flags": flags})
        except discord.HTTPException as error:
            if error.code in CLOSED:
                return False
            raise
        return True

    async def _elsewhere(self, job: Job, reply: Reply, post: Post, number: int) -> None:
        nonce = _nonce(job, number)
        channel = not reply.private and not reply.guest
        if channel and await self._sent(reply.channel, post, nonce):
            return
        await self._direct(reply, post, nonce)

    async def _direct(self, reply: Reply, post: Post, nonce: Mapping[str, object]) -> None:
        try:
            direct = await self._wire.ask(direct_channels(), more={"recipient_id": reply.user})
        except discord.HTTPException as error:
            if error.status in NO_ENTRY:
                raise NotFound(say("nowhere")) from error
            raise
        if not await self._sent(int(direct["id"]), post, nonce):
            raise NotFound(say("nowhere"))

    async def _sent(self, channel: int, post: Post, nonce: Mapping[str, object]) -> bool:
        """False where nobody lets us in."""
        try:
            await self._wire.ask(channel_messages(channel), post, more={**nonce})
        except discord.HTTPException as error:
            if error.status in NO_ENTRY:
                log.info("channel %s does not take job's end: %s", channel, error)
                return False
            raise
        return True


def _nonce(job: Job, number: int) -> Mapping[str, object]:
    """Discord keeps one of those with the same."""
    end = f".{number}"
    return {"nonce": job.id[: LONGEST_NONCE - len(end)] + end, "enforce_nonce": True}


async def _looks(job: Job, pictures: Sequence[Picture], reply: Reply, each: int) -> list[Post]:
    # Pictures may have to be written anew, which takes its time.
    return await asyncio.to_thread(looks.ended, job, pictures, reply, each=each)
