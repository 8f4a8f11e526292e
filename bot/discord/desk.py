"""The desk: where everything that people ask on Discord arrives."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.app import App
from bot.discord import looks
from bot.discord.answer import Answer, How
from bot.discord.asked import (
    Interaction,
    owner_of,
    reply_to,
    require_may_touch,
    roles_of,
    server_of,
)
from bot.discord.parts import LONGEST_TEXT
from bot.discord.screens import Screens
from bot.discord.shown import fenced
from bot.discord.wire import Wire
from bot.discord.wishes import Wish, Wishes
from bot.discord.words import say
from engine.errors import InvalidRequest, NotFound
from engine.infotext import write_infotext
from engine.job import Job
from engine.request import ImageRequest

log = logging.getLogger(__name__)

MOST_REMEMBERED = 10_000
LARGEST_SOURCE = 64 * 2**20
ORIGIN = "discord"
ALTERNATIVE = "{"
"""Without one a prompt stands for as many pictures as were counted."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """The use cases, as Discord asks for them."""

    app: App
    wire: Wire
    screens: Screens
    wishes: Wishes = field(default_factory=Wishes)
    _seen: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    _closed: bool = False

    def first_time(self, interaction: Interaction) -> bool:
        """Discord now and then tells of the same interaction again.

        What is begun is waited for at the end; who comes later is left to the next program.
        """
        if interaction.id in self._seen or self._closed:
            return False
        if task := asyncio.current_task():
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        self._seen[interaction.id] = None
        while len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)
        return True

    async def close(self, grace_s: float) -> None:
        self._closed = True
        if self._at_work:
            await asyncio.wait(self._at_work, timeout=grace_s)

    async def paint(
        self,
        interaction: Interaction,
        request: ImageRequest,
        *,
        private: bool,
        sources: Mapping[str, discord.Attachment],
    ) -> None:
        """Acknowledged first: everything else may take longer than Discord waits."""
        require_files(interaction)
        for name, source in sources.items():
            if source.size > LARGEST_SOURCE:
                raise InvalidRequest(
                    say("big_source", name=name, mebibytes=LARGEST_SOURCE // 2**20)
                )
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.PRIVATE if private else How.PUBLIC):
            return
        await self._require_channel(interaction)
        if sources:
            kept = {name: await self._kept(name, source) for name, source in sources.items()}
            request = ImageRequest.model_validate({**request.model_dump(), **kept})
        await self._take(interaction, request, answer, private=private)

    async def reroll(self, interaction: Interaction, job: str) -> None:
        """The same words and settings with new seeds, for whoever presses."""
        require_files(interaction)
        message = interaction.message
        private = bool(message and message.flags.ephemeral)
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.PRIVATE if private else How.PUBLIC):
            return
        await self._require_channel(interaction)
        asked = (await self._job(job)).request
        request = ImageRequest.model_validate({**asked.model_dump(), "seed": None})
        await self._take(interaction, request, answer, private=private)

    async def cancel(self, interaction: Interaction, job: str) -> None:
        """The message then says so by itself: that is how the job's end is told."""
        if not await Answer(interaction, self.wire).acknowledge(How.QUIET):
            return
        found = await self._job(job)
        require_may_touch(interaction, found)
        if not await self.app.studio.cancel(found.id, found.owner):
            raise NotFound(say("ended"))

    async def delete(self, interaction: Interaction, job: str) -> None:
        """The message. Its pictures stay in the history of whoever asked for them."""
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.QUIET):
            return
        require_may_touch(interaction, await self._job(job))
        await answer.remove()

    async def info(self, interaction: Interaction, job: str) -> None:
        """The recipe of each picture, to be copied."""
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        pictures = await self.app.ledger.pictures((await self._job(job)).id)
        if not pictures:
            raise NotFound(say("gone"))
        recipes = "\n\n".join(write_infotext(picture.recipe) for picture in pictures)
        await answer.show(looks.sentence(fenced(recipes, LONGEST_TEXT - 20)))

    async def agree(self, interaction: Interaction, name: str) -> None:
        """To the price of what was asked for before."""
        if not await Answer(interaction, self.wire).acknowledge(How.QUIET):
            return
        await self._submit(self.wishes.take(name, owner_of(interaction)))

    async def decline(self, interaction: Interaction, name: str) -> None:
        """Nothing was painted, so nothing is left to be seen."""
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.QUIET):
            return
        self.wishes.take(name, owner_of(interaction))
        await answer.remove()

    async def _take(
        self, interaction: Interaction, request: ImageRequest, answer: Answer, *, private: bool
    ) -> None:
        """Whoever wrote alternatives is asked first: they may be more than was thought."""
        roles = roles_of(interaction)
        wish = Wish(
            request=request,
            owner=owner_of(interaction),
            roles=None if roles is None else tuple(roles),
            server=server_of(interaction),
            key=f"discord:{interaction.id}",
            reply=reply_to(interaction, private=private, message=answer.message),
        )
        if ALTERNATIVE not in request.prompt:
            await self._submit(wish)
            return
        quote = await self.app.studio.quote(
            request, wish.owner, roles=wish.roles, server=wish.server
        )
        if len(quote.tiles) == quote.request.count:
            await self._submit(wish)
            return
        name = self.wishes.put(wish)
        await answer.show(looks.question(request, len(quote.tiles), quote.price, name))

    async def _submit(self, wish: Wish) -> None:
        ticket = await self.app.studio.submit(
            wish.request,
            wish.owner,
            roles=wish.roles,
            server=wish.server,
            key=wish.key,
            origin=ORIGIN,
            reply=str(wish.reply),
        )
        self.screens.follow(ticket, wish.reply)

    async def _job(self, job: str) -> Job:
        return await self.app.ledger.job(job)

    async def _kept(self, name: str, source: discord.Attachment) -> str:
        try:
            content = await source.read()
        except discord.HTTPException as error:
            raise InvalidRequest(say("lost_source", name=name)) from error
        return await self.app.studio.keep(content)

    async def _require_channel(self, interaction: Interaction) -> None:
        """Raises InvalidRequest where the server wants nothing painted."""
        server, channel = server_of(interaction), interaction.channel
        if server is None:
            return
        settings = (await self.app.choices.chosen(None, server)).settings
        # A thread is a part of its channel.
        ids = {interaction.channel_id, getattr(channel, "parent_id", None)} - {None}
        if not any(settings.answers_in(str(one)) for one in ids):
            named = ", ".join(f"<#{one}>" for one in settings.channels)
            raise InvalidRequest(say("other_channel", channels=named))


def require_files(interaction: Interaction) -> None:
    """Raises InvalidRequest where pictures could not be shown."""
    if not interaction.app_permissions.attach_files:
        raise InvalidRequest(say("no_files"))
