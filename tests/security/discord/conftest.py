"""The program on a Discord of our own with many people in it, as its other tests have it."""

from tests.bot.discord.conftest import easel, open_easel, server, tempo
from tests.bot.discord.counts.conftest import crowd
from tests.security.discord.roomy import settings

__all__ = ["crowd", "easel", "open_easel", "server", "settings", "tempo"]
