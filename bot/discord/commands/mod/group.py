"""The group /mod, which Discord shows only to those who may manage the server."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.audit import add_audit
from bot.discord.commands.mod.block import add_block, add_unblock
from bot.discord.commands.mod.channel import add_channel
from bot.discord.commands.mod.filter import add_filter
from bot.discord.commands.mod.pause import add_pause
from bot.discord.commands.mod.quota import add_quota_of
from bot.discord.commands.mod.tier import add_tier
from bot.discord.speech.words import say


def add_mod(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    """On servers that asked the bot in, and nowhere else."""
    group = app_commands.Group(
        name="mod",
        description=say("mod.about"),
        guild_only=True,
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True),
    )
    for add in (
        *(add_quota_of, add_tier, add_block, add_unblock),
        *(add_filter, add_channel, add_audit, add_pause),
    ):
        add(group, desk)
    tree.add_command(group)
