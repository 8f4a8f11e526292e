"""Answers to interactions: the first within three seconds, and what went wrong as a sentence."""

import asyncio
import logging
from enum import StrEnum
from functools import partial

import discord
from aiohttp import ClientError

from bot.discord.arrival.asked import MESSAGE, Interaction, reply_to
from bot.discord.arrival.first_answer import First, answered_first
from bot.discord.arrival.journal import Journal
from bot.discord.arrival.pending import Pending
from bot.discord.connection.wire import Wire, follow_up, original
from bot.discord.controls.filled import Refused
from bot.discord.messages.parts import ONLY_FOR_YOU, Post, sentence, text
from bot.discord.speech.refusals import told
from bot.discord.speech.words import say, speaking
from engine.errors import EaselError

log = logging.getLogger(__name__)

HOW = "how"
LONGEST = 2000
DEEDS = frozenset({"mod", "settings", "styles"})
"""Commands that change something which is not undone when they are not answered."""


class How(StrEnum):
    """What the first answer was."""

    PUBLIC = "public"
    """A message that is loading, for everybody there."""
    PRIVATE = "private"
    """One for whoever asked."""
    QUIET = "quiet"
    """None that is seen: the message with the button stays as it is."""


class Answer:
    """To one interaction."""

    def __init__(self, interaction: Interaction, wire: Wire) -> None:
        self._interaction, self._wire = interaction, wire
        self._stays = False

    @property
    def private(self) -> bool:
        return self._interaction.extras.get(HOW) is How.PRIVATE

    async def acknowledge(self, how: How) -> bool:
        """False where somebody else did, or nobody waits any more; then there is nothing to do."""
        if how is not How.QUIET:
            self._note(private=how is How.PRIVATE)
        first = await answered_first(self._wire, self._interaction, partial(self._defer, how))
        if first is First.OURS:
            self._interaction.extras[HOW] = how
            return True
        if first is First.UNKNOWN and how is not How.QUIET:
            await self._take_back()
        if not self._stays:
            self._wire.journal.settle(self.id)
        return False

    async def _take_back(self) -> None:
        """A message that is loading, if there is one, must not do so for ever."""
        route = original("PATCH", self._interaction.application_id, self._interaction.token)
        with speaking(self._interaction.locale.value):
            words = sentence(say("late"))
        try:
            await self._wire.ask(route, words)
        except discord.HTTPException as error:
            log.info("interaction %s has no message: %s", self.id, error)
        except (ClientError, OSError, EaselError) as error:
            # The next start says it.
            self._stays = True
            log.warning("interaction %s may be loading for ever: %r", self.id, error)

    async def _defer(self, how: How) -> None:
        made = await self._interaction.response.defer(
            thinking=how is not How.QUIET, ephemeral=how is How.PRIVATE
        )
        if made is not None:
            self._interaction.extras[MESSAGE] = made.message_id

    def _note(self, *, private: bool) -> None:
        """Should this program be killed before it answers, the next one knows of it."""
        journal, task = self._wire.journal, asyncio.current_task()
        command = self._interaction.command
        journal.begin(
            Pending(
                id=self.id,
                reply=reply_to(self._interaction, private=private),
                deed=command is not None and command.qualified_name.split()[0] in DEEDS,
            )
        )
        if task is not None:
            task.add_done_callback(partial(self._end, journal))

    def _end(self, journal: Journal, task: asyncio.Task[object]) -> None:
        """Whatever was to be done is done, unless the end of the program cut it off."""
        if not task.cancelled() and not self._stays:
            journal.settle(self.id)

    async def show(self, post: Post, *, asks: bool = False) -> None:
        """In the place of the message that is loading, or has the button.

        One that `asks` something stays in the journal: no program after us knows its answers.
        """
        route = original("PATCH", self._interaction.application_id, self._interaction.token)
        await self._wire.ask(route, post)
        self._stays = asks
        if not asks:
            self._wire.journal.settle(self.id)

    async def remove(self) -> None:
        """The message that is loading, or has the button."""
        route = original("DELETE", self._interaction.application_id, self._interaction.token)
        try:
            await self._wire.ask(route)
        except discord.NotFound:
            log.info("interaction %s has no message any more", self.id)

    async def explain(self, error: BaseException) -> None:
        """To nobody but whoever asked, in their language, whatever is spoken to everybody there."""
        with speaking(self._interaction.locale.value):
            if isinstance(error, EaselError):
                words = told(error.error if isinstance(error, Refused) else error)
            else:
                log.error("interaction %s met a bug", self._interaction.id, exc_info=error)
                words = say("bug")
            post = sentence(words)
            if isinstance(error, Refused):
                post = Post(parts=(*post.parts, text(error.typed), *error.buttons))
        try:
            await self._tell(words, post)
        except (discord.HTTPException, ClientError, OSError, EaselError) as lost:
            log.warning("interaction %s could not be told “%s”: %s", self.id, words, lost)

    @property
    def id(self) -> int:
        return self._interaction.id

    async def _tell(self, words: str, post: Post) -> None:
        interaction = self._interaction
        how = interaction.extras.get(HOW)
        if how is None and len(post.parts) > 1:
            # A first answer of discord.py's has no room for parts of ours.
            if not await self.acknowledge(How.PRIVATE):
                return
            how = How.PRIVATE
        if how is None:
            send = partial(interaction.response.send_message, words[:LONGEST], ephemeral=True)
            await answered_first(self._wire, interaction, send)
        elif how is How.PRIVATE:
            await self.show(post)
        else:
            if how is How.PUBLIC:
                await self.remove()
            route = follow_up(interaction.application_id, interaction.token)
            more = post.form
            more["flags"] |= ONLY_FOR_YOU
            await self._wire.ask(route, more=more)
