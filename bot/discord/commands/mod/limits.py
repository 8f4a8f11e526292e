"""The limits that a tier or a person may have, as options of a command."""

from discord import app_commands

from bot.discord.asked import Interaction
from bot.discord.words import say
from bot.terms import FIELDS, Change, read_change

Limit = app_commands.Range[str, 1, 20] | None
"""A number, `none` for no limit, or `default` for what stands above."""


def described_limits() -> dict[str, str]:
    """What each option is for."""
    return {name: say(f"mod.limits.{name}") for name in FIELDS}


def read_limits(interaction: Interaction) -> Change:
    """What was filled in. Raises InvalidRequest."""
    return read_change({name: getattr(interaction.namespace, name) for name in FIELDS})
