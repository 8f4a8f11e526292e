"""Channel: where Easel answers on a server, how careful it is there, and where deeds are told."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.session import Session
from bot.discord.looks import channel as looks_channel
from bot.discord.speech.words import CATALOGUES, say
from engine.errors import InvalidRequest
from engine.moderation import LONGEST_WHY
from engine.safety import MEASURES
from engine.server import ServerSettings

USUAL = "default"
"""A channel is as the others of its kind."""
FORGET = ("channels", "safety", "safety_adult", "audit_channel", "language")


class _Asked(app_commands.Transformer):
    """The id of a channel in which somebody can ask; threads are parts of theirs."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        kinds = discord.ChannelType
        return [kinds.text, kinds.news, kinds.voice, kinds.stage_voice, kinds.forum]

    async def transform(self, interaction: Interaction, value: Any, /) -> str:
        return str(value.id)


def add_channel(group: app_commands.Group, desk: Desk) -> None:
    measures = [Choice(name=measure, value=measure) for measure in (*MEASURES, USUAL)]
    languages = [Choice(name=language, value=language) for language in sorted(CATALOGUES)]
    forgotten = [Choice(name=say(f"mod.setting.{name}"), value=name) for name in FORGET]

    @group.command(description=say("mod.channel.about"))
    @app_commands.describe(
        channel=say("mod.channel.channel"),
        answer=say("mod.channel.answer"),
        safety=say("mod.channel.safety"),
        safety_adult=say("mod.channel.safety_adult"),
        audit=say("mod.channel.audit"),
        language=say("mod.channel.language"),
        forget=say("mod.channel.forget"),
        reason=say("mod.reason"),
    )
    @app_commands.choices(
        safety=measures, safety_adult=measures, language=languages, forget=forgotten
    )
    async def channel(
        interaction: Interaction,
        channel: app_commands.Transform[str, _Asked] | None = None,
        answer: bool | None = None,
        safety: str | None = None,
        safety_adult: str | None = None,
        audit: discord.TextChannel | None = None,
        language: str | None = None,
        forget: str | None = None,
        reason: Range[str, 0, LONGEST_WHY] = "",
    ) -> None:
        if answer is not None and channel is None:
            raise InvalidRequest(say("mod.channel.which"))
        if channel is not None and answer is None and safety is None:
            raise InvalidRequest(say("mod.channel.what"))
        if audit is not None:
            _require_open(audit)
        session = await Session.opened(desk, interaction, why=reason, sets=True)
        if session is None:
            return
        async with desk.changing:
            before = await session.settings()
            change, gone = _read(
                before,
                channel=channel,
                answer=answer,
                safety=safety,
                named={
                    "safety_adult": safety_adult,
                    "audit_channel": None if audit is None else str(audit.id),
                    "language": language,
                },
            )
            gone |= {forget} if forget else set()
            notes: tuple[str, ...] = ()
            if change or gone:
                notes = await desk.app.chooser.set_settings(
                    session.whose, change, session.act, forget=gone
                )
        after = await session.settings()
        heard = _is_heard(interaction, after.audit_channel)
        post = looks_channel.told(after, notes, heard=heard)
        if change or gone:
            await session.done(post)
        else:
            await session.show(post)


def _read(
    before: ServerSettings,
    *,
    channel: str | None,
    answer: bool | None,
    safety: str | None,
    named: dict[str, str | None],
) -> tuple[dict[str, Any], set[str]]:
    """What to change of the settings, and what to forget."""
    change: dict[str, Any] = {}
    gone: set[str] = set()
    if channel is not None and answer is not None:
        others = [one for one in before.channels if one != channel]
        change["channels"] = [*others, channel] if answer else others
    if channel is not None and safety is not None:
        own = [pair for pair in before.safety_channels if pair[0] != channel]
        change["safety_channels"] = own if safety == USUAL else [*own, (channel, safety)]
    else:
        named = {**named, "safety": safety}
    for name, word in named.items():
        if word == USUAL:
            gone.add(name)
        elif word is not None:
            change[name] = word
    return change, gone


def _require_open(channel: discord.TextChannel) -> None:
    """Raises InvalidRequest where nothing could be told."""
    if not _is_open(channel):
        raise InvalidRequest(say("mod.channel.closed", channel=f"<#{channel.id}>"))


def _is_heard(interaction: Interaction, audit: str | None) -> bool:
    """Whether deeds can be told there, as far as Discord has told of the server's channels."""
    if audit is None or interaction.guild is None:
        return True
    channel = interaction.guild.get_channel(int(audit))
    return channel is not None and _is_open(channel)


def _is_open(channel: discord.abc.GuildChannel) -> bool:
    may = channel.permissions_for(channel.guild.me)
    return may.view_channel and may.send_messages
