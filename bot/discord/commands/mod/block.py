"""Block and unblock: somebody may ask for nothing, until then or until it is taken back."""

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.arrival.asked import Interaction, known_as
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.session import Session
from bot.discord.looks.deeds import named
from bot.discord.speech.words import say
from bot.discord.typed.span import read_end
from engine.errors import InvalidRequest
from engine.moderation import LONGEST_WHY


def add_block(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.block.about"))
    @app_commands.describe(
        person=say("mod.block.person"),
        reason=say("mod.block.reason"),
        length=say("mod.block.length"),
    )
    async def block(
        interaction: Interaction,
        person: discord.User,
        reason: Range[str, 0, LONGEST_WHY],
        length: Range[str, 1, 40] | None = None,
    ) -> None:
        read_end(length, interaction.created_at)
        owner_here = interaction.guild.owner_id if interaction.guild else None
        if person.bot or person.id in {interaction.user.id, owner_here}:
            raise InvalidRequest(say("mod.block.not_them"))
        session = await Session.opened(desk, interaction, why=reason, for_all=True)
        if session is None:
            return
        end = read_end(length, session.act.at)
        owner = known_as(person.id)
        await desk.app.accounts.block(owner, session.act, until=end)
        if end is None:
            await session.done(say("mod.block.done", person=named(owner)))
        else:
            until = f"<t:{round(end.timestamp())}:f>"
            await session.done(say("mod.block.done_until", person=named(owner), until=until))


def add_unblock(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.unblock.about"))
    @app_commands.describe(person=say("mod.unblock.person"), reason=say("mod.reason"))
    async def unblock(
        interaction: Interaction, person: discord.User, reason: Range[str, 0, LONGEST_WHY] = ""
    ) -> None:
        session = await Session.opened(desk, interaction, why=reason, for_all=True)
        if session is None:
            return
        owner = known_as(person.id)
        await desk.app.accounts.unblock(owner, session.act)
        await session.done(say("mod.unblock.done", person=named(owner)))
