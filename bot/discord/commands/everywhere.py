"""Where commands can be used that are not a server's own business."""

from typing import Any, TypeVar

from discord import app_commands

Used = TypeVar("Used")


def everywhere(command: Used) -> Used:
    """In servers, in direct messages, and wherever a person takes the bot along."""
    decorators: tuple[Any, ...] = (
        app_commands.allowed_installs(guilds=True, users=True),
        app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True),
    )
    for decorate in decorators:
        command = decorate(command)
    return command
