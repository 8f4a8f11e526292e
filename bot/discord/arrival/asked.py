"""What Discord says of whoever asks: who they are, where, and how to answer them."""

import discord

from bot.discord.delivery.reply import TOKEN_LIFE, Reply
from bot.discord.speech.words import language_of, say, spoken
from engine.errors import NotFound
from engine.job import Job, Owner
from engine.spot import Spot

Interaction = discord.Interaction[discord.Client]
MESSAGE = "message"
"""Under this name we keep which message the first answer is, once Discord said so."""


def known_as(snowflake: int | str) -> str:
    """What Easel calls a person or a server that has this id on Discord."""
    return f"discord:{snowflake}"


def key_of(interaction: int) -> str:
    """By it one interaction makes one job, however often we hear of it."""
    return f"discord:{interaction}"


def owner_of(interaction: Interaction) -> Owner:
    return Owner(id=known_as(interaction.user.id), name=interaction.user.display_name)


def server_of(interaction: Interaction) -> str | None:
    return known_as(interaction.guild_id) if interaction.guild_id else None


def spot_of(interaction: Interaction) -> Spot:
    """A thread is a part of its channel, and as age-restricted as that."""
    channel = interaction.channel
    ids = (interaction.channel_id, getattr(channel, "parent_id", None))
    is_nsfw = getattr(channel, "is_nsfw", None)
    adult = bool(is_nsfw and is_nsfw())
    return Spot(channels=tuple(str(one) for one in ids if one), adult=adult)


def roles_of(interaction: Interaction) -> list[str] | None:
    """None where Discord does not say: in direct messages, and where the bot is no member."""
    user = interaction.user
    if not isinstance(user, discord.Member) or not interaction.is_guild_integration():
        return None
    return [str(role.id) for role in user.roles if not role.is_default()]


def is_private(interaction: Interaction) -> bool:
    """Whether only whoever presses a button of it sees the message."""
    return bool(interaction.message and interaction.message.flags.ephemeral)


def reply_to(interaction: Interaction, *, private: bool) -> Reply:
    expires = interaction.created_at + TOKEN_LIFE
    return Reply(
        application=interaction.application_id,
        token=interaction.token,
        expires=expires.timestamp(),
        user=interaction.user.id,
        channel=interaction.channel_id or 0,
        server=interaction.guild_id,
        upload_limit=interaction.filesize_limit,
        private=private,
        guest=not interaction.is_guild_integration(),
        named=not private and interaction.type is not discord.InteractionType.application_command,
        language=spoken(),
        reader=language_of(interaction.locale.value),
        answer=interaction.extras.get(MESSAGE),
    )


def moderates(interaction: Interaction) -> bool:
    """Whether they may change the server where they ask, or keep its talk in order."""
    may = interaction.permissions
    return may.manage_guild or may.manage_messages


def require_may_touch(interaction: Interaction, job: Job) -> None:
    """Raises NotFound unless it is their own, or they are moderators where it was asked for."""
    if job.owner.id == owner_of(interaction).id:
        return
    server = interaction.guild_id
    here = server is not None and job.reply and Reply.read(job.reply).server == server
    if here and moderates(interaction):
        return
    raise NotFound(say("not_yours"))
