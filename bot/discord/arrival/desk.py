"""The desk: where everything that people ask on Discord arrives."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.app import App
from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import (
    Interaction,
    owner_of,
    reply_to,
    roles_of,
    server_of,
    spot_of,
)
from bot.discord.arrival.room import require_room
from bot.discord.arrival.wishes import Wish, Wishes
from bot.discord.connection.wire import Wire
from bot.discord.controls.drafts import Drafts
from bot.discord.delivery.screens import Screens
from bot.discord.looks import job as looks
from bot.discord.moderators.herald import Herald
from bot.discord.pictures.fetched import Files
from bot.discord.pictures.pointed import Pointed
from bot.discord.speech.words import say, speak
from engine.errors import InvalidRequest, NotFound
from engine.job import Job, Owner, Recipe
from engine.request import ImageRequest
from engine.server import ServerSettings
from engine.waiting import Waiting

MOST_REMEMBERED = 10_000
ORIGIN = "discord"
ALTERNATIVE = "{"
"""Without one a prompt stands for as many pictures as were counted."""


@dataclass(slots=True, kw_only=True)
class Desk:
    """The use cases, as Discord asks for them."""

    app: App
    wire: Wire
    screens: Screens
    wishes: Wishes = field(init=False)
    pointed: Pointed = field(default_factory=Pointed)
    drafts: Drafts = field(default_factory=Drafts)
    files: Files = field(default_factory=Files)
    herald: Herald | None = None
    commands: dict[str, int] = field(default_factory=dict)
    """What Discord calls those that it took, by name."""
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held from reading what is set to setting it otherwise."""
    _seen: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _at_work: set[asyncio.Task[Any]] = field(default_factory=set)
    _asking: Waiting = field(default_factory=Waiting)
    """Interactions that will put a job into the queue."""
    _closed: bool = False

    def __post_init__(self) -> None:
        self.wishes = Wishes(self.wire.journal)

    def first_time(self, interaction: Interaction) -> bool:
        """Discord now and then tells of the same interaction again.

        What is begun is waited for at the end; who comes later is left to the next program.
        """
        if interaction.id in self._seen or self._closed:
            return False
        speak(interaction.locale.value)
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

    async def opened(self, interaction: Interaction, *, private: bool) -> Answer | None:
        """An answer that loads, where a picture may be painted; None where nobody waits for it.

        Acknowledged first: everything else may take longer than Discord waits.
        """
        require_room(interaction, private=private)
        self._require_queue(interaction)
        answer = Answer(interaction, self.wire)
        if not await answer.acknowledge(How.PRIVATE if private else How.PUBLIC):
            return None
        server = server_of(interaction)
        if server is not None:
            settings = (await self.app.choices.chosen(None, server)).settings
            if settings.language and not private:
                speak(settings.language)
            _require_channel(interaction, settings)
        return answer

    def _require_queue(self, interaction: Interaction) -> None:
        """Raises QueueFull, and at once: in a rush nobody waits behind the others for a refusal."""
        name, owner = str(interaction.id), owner_of(interaction).id
        self.app.line.waiting.require_room(owner, asking=self._asking)
        if task := asyncio.current_task():
            self._asking.add(name, owner)
            task.add_done_callback(lambda _: self._asking.remove(name))

    async def take(self, interaction: Interaction, request: ImageRequest, answer: Answer) -> None:
        """Whoever wrote alternatives is asked first: they may be more than was thought."""
        roles = roles_of(interaction)
        wish = Wish(
            interaction=interaction.id,
            request=request,
            owner=owner_of(interaction),
            roles=None if roles is None else tuple(roles),
            server=server_of(interaction),
            spot=spot_of(interaction),
            reply=reply_to(interaction, private=answer.private),
        )
        if ALTERNATIVE not in request.prompt:
            await self.submit(wish)
            return
        quote = await self.app.studio.quote(
            request, wish.owner, roles=wish.roles, server=wish.server, spot=wish.spot
        )
        if len(quote.tiles) == quote.request.count:
            await self.submit(wish)
            return
        name = self.wishes.put(wish)
        await answer.show(looks.question(request, len(quote.tiles), quote.price, name), asks=True)

    async def submit(self, wish: Wish) -> None:
        ticket = await self.app.studio.submit(
            wish.request,
            wish.owner,
            roles=wish.roles,
            server=wish.server,
            spot=wish.spot,
            key=wish.key,
            origin=ORIGIN,
            reply=str(wish.reply),
        )
        self.screens.follow(ticket, wish.reply)

    async def require_shown(self, interaction: Interaction, recipe: Recipe) -> None:
        """Raises InvalidRequest where a picture that there is must not be shown to others."""
        server, spot = server_of(interaction), spot_of(interaction)
        await self.app.chooser.require_shown(recipe, server, spot)

    async def job(self, job: str) -> Job:
        """Raises NotFound."""
        try:
            return await self.app.ledger.job(job)
        except NotFound:
            raise NotFound(say("no_job")) from None

    async def kept(self, owner: Owner, name: str, source: discord.Attachment) -> str:
        """The digest of the picture that somebody sent."""
        async with self.files.fetched(source, name) as content:
            return await self.app.studio.keep(content, owner)


def _require_channel(interaction: Interaction, settings: ServerSettings) -> None:
    """Raises InvalidRequest where the server wants nothing painted."""
    if not any(settings.answers_in(channel) for channel in spot_of(interaction).channels):
        named = ", ".join(f"<#{one}>" for one in settings.channels)
        raise InvalidRequest(say("other_channel", channels=named))
