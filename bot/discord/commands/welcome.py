"""Welcome: a few words to a server that has just asked Easel in, with the first thing to type."""

import logging
from collections.abc import Callable

import discord

from bot.discord.arrival.asked import known_as
from bot.discord.arrival.desk import Desk
from bot.discord.connection.wire import channel_messages
from bot.discord.looks import help as looks_help
from bot.discord.messages.mentions import mentions
from bot.discord.speech.words import speaking
from engine.errors import EaselError

log = logging.getLogger(__name__)


async def welcome(desk: Desk, guild: discord.Guild) -> None:
    """Once, and nothing where Easel may not write: whoever asked it in can still use it."""
    settings = (await desk.app.choices.chosen(None, known_as(guild.id))).settings
    channel = first_channel(guild, settings.answers_in)
    if channel is None:
        log.info("server %s has no channel to say hello in", guild.id)
        return
    # Discord keeps one of those with the same nonce.
    nonce = {"nonce": str(guild.id), "enforce_nonce": True}
    with speaking(settings.language or guild.preferred_locale.value):
        post = looks_help.welcome(mentions(desk.commands))
    try:
        await desk.wire.ask(channel_messages(channel.id), post, more=nonce)
    except (discord.HTTPException, EaselError) as error:
        log.warning("server %s could not be told hello: %s", guild.id, error)


def first_channel(
    guild: discord.Guild, answers_in: Callable[[str], bool]
) -> discord.TextChannel | None:
    """Where the server itself says hello, or else the first from above where Easel may write."""
    there = sorted(guild.text_channels, key=lambda channel: (channel.position, channel.id))
    if guild.system_channel:
        there.insert(0, guild.system_channel)
    for channel in there:
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages and answers_in(str(channel.id)):
            return channel
    return None
