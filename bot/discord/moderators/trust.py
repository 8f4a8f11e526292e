"""Trust: whose word counts on every server where the bot is."""

import discord

from bot.discord.arrival.asked import known_as


def only_server(client: discord.Client) -> str | None:
    """The server of a bot that nobody else may ask in, where it is the only one."""
    application, guilds = client.application, client.guilds
    private = application is not None and not application.bot_public
    return known_as(guilds[0].id) if private and len(guilds) == 1 else None
