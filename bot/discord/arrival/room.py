"""Whether a result can be told where it is asked for, before anybody waits for it."""

import discord

from bot.discord.arrival.asked import Interaction
from bot.discord.speech.words import say
from engine.errors import InvalidRequest


def require_room(interaction: Interaction, *, private: bool) -> None:
    """Raises InvalidRequest where files are forbidden, or the answer alone could show it.

    That answer is open for minutes only, and a picture may come later. Where the bot is nobody's
    guest there is no other way, and what only one person sees needs no channel.
    """
    may = interaction.app_permissions
    if not may.attach_files:
        raise InvalidRequest(say("no_files"))
    if private or interaction.guild_id is None or not interaction.is_guild_integration():
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    may_write = may.send_messages_in_threads if in_thread else may.send_messages
    if not (may.view_channel and may_write):
        raise InvalidRequest(say("no_writing"))
