"""Rights: which moderators may do what, whatever Discord lets them call."""

import discord

from bot.discord.arrival.asked import Interaction, moderates, server_of
from bot.discord.moderators.trust import only_server
from bot.discord.speech.words import say
from engine.errors import InvalidRequest


def require_moderator(interaction: Interaction, *, sets: bool = False) -> None:
    """Raises InvalidRequest unless they moderate this server.

    A server hands /mod as a whole to whom it likes. Whoever keeps its talk in order may do so
    here too; only who may change the server may change what is `set` for all of it.
    """
    if interaction.guild_id is None or not interaction.is_guild_integration():
        raise InvalidRequest(say("mod.only_servers"))
    if sets and not interaction.permissions.manage_guild:
        raise InvalidRequest(say("mod.not_manager"))
    if not moderates(interaction):
        raise InvalidRequest(say("mod.not_moderator"))


def require_trusted(interaction: Interaction) -> None:
    """Raises InvalidRequest unless what they do may count on every server.

    Credits, tiers, blocks and the queue are the same for all servers, and the moderators of one
    are nobody to the others.
    """
    if not is_trusted(interaction):
        raise InvalidRequest(say("mod.not_trusted"))


def is_trusted(interaction: Interaction) -> bool:
    """The bot's owner and their team are, and the moderators of a private bot's only server.

    Anybody may ask a public one in: whose server is its first says nothing of them.
    """
    client = interaction.client
    if interaction.user.id in owners_of(client.application):
        return True
    server = server_of(interaction)
    return server is not None and server == only_server(client)


def owners_of(application: discord.AppInfo | None) -> frozenset[int]:
    """Who runs the bot. Of a team those who joined it and may do more than read."""
    if application is None:
        return frozenset()
    if application.team is None:
        return frozenset({application.owner.id})
    accepted, reading = discord.TeamMembershipState.accepted, discord.TeamMemberRole.read_only
    members = application.team.members
    there = (one for one in members if one.membership_state is accepted)
    return frozenset(one.id for one in there if one.role is not reading)
