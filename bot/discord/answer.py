"""Answers to interactions: the first within three seconds, and what went wrong as a sentence."""

import logging
import re
from enum import StrEnum
from functools import partial

import discord
from aiohttp import ClientError

from bot.discord.asked import Interaction
from bot.discord.filled import Refused
from bot.discord.first_answer import answered_first
from bot.discord.parts import ONLY_FOR_YOU, Post, sentence
from bot.discord.shown import shown
from bot.discord.wire import Wire, follow_up, original
from bot.discord.words import say
from engine.errors import EaselError

log = logging.getLogger(__name__)

HOW = "how"
LONGEST = 2000
QUOTED = re.compile("“(.*?)”", re.DOTALL)
"""In errors, somebody's own words, which may hold such quotes themselves."""


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

    @property
    def private(self) -> bool:
        return self._interaction.extras.get(HOW) is How.PRIVATE

    async def acknowledge(self, how: How) -> bool:
        """False where somebody else did, or nobody waits any more; then there is nothing to do."""
        defer = partial(
            self._interaction.response.defer,
            thinking=how is not How.QUIET,
            ephemeral=how is How.PRIVATE,
        )
        if not await answered_first(self._wire, self._interaction, defer):
            return False
        self._interaction.extras[HOW] = how
        return True

    async def show(self, post: Post) -> None:
        """In the place of the message that is loading."""
        route = original("PATCH", self._interaction.application_id, self._interaction.token)
        await self._wire.ask(route, post)

    async def remove(self) -> None:
        """The message that is loading, or has the button."""
        route = original("DELETE", self._interaction.application_id, self._interaction.token)
        try:
            await self._wire.ask(route)
        except discord.NotFound:
            log.info("interaction %s has no message any more", self.id)

    async def explain(self, error: BaseException) -> None:
        """To nobody but whoever asked."""
        if isinstance(error, EaselError):
            words = QUOTED.sub(lambda found: f"“{shown(found[1])}”", str(error))
            if isinstance(error, Refused):
                words = f"{words}\n{error.typed}"
        else:
            log.error("interaction %s met a bug", self._interaction.id, exc_info=error)
            words = say("bug")
        try:
            await self._tell(words)
        except (discord.HTTPException, ClientError, OSError, EaselError) as lost:
            log.warning("interaction %s could not be told “%s”: %s", self.id, words, lost)

    @property
    def id(self) -> int:
        return self._interaction.id

    async def _tell(self, words: str) -> None:
        interaction = self._interaction
        how = interaction.extras.get(HOW)
        if how is None:
            send = partial(interaction.response.send_message, words[:LONGEST], ephemeral=True)
            await answered_first(self._wire, interaction, send)
        elif how is How.PRIVATE:
            await self.show(sentence(words))
        else:
            if how is How.PUBLIC:
                await self.remove()
            route = follow_up(interaction.application_id, interaction.token)
            more = sentence(words).form
            more["flags"] |= ONLY_FOR_YOU
            await self._wire.ask(route, more=more)
