"""Audit: what moderators did, page by page, and to one person."""

import discord
from discord import app_commands

from bot.discord.arrival.answer import How
from bot.discord.arrival.asked import Interaction, known_as
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.rights import is_trusted
from bot.discord.commands.mod.session import Session
from bot.discord.controls.press import Press
from bot.discord.looks import deeds as looks_deeds
from bot.discord.speech.words import say


def add_audit(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.audit.about"))
    @app_commands.describe(person=say("mod.audit.person"))
    async def audit(interaction: Interaction, person: discord.User | None = None) -> None:
        session = await Session.opened(desk, interaction)
        if session is not None:
            await _show(session, interaction, before=0, person=str(person.id) if person else "")


async def press_deeds(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The deeds before that one, in the place of those that are shown; 0 is the newest."""
    session = await Session.opened(desk, interaction, how=How.QUIET)
    if session is not None:
        person = "" if pressed.tile is None else str(pressed.tile)
        await _show(session, interaction, before=int(pressed.target), person=person)


async def _show(session: Session, interaction: Interaction, *, before: int, person: str) -> None:
    """Where there are several servers, only what was done on this one or to it."""
    deeds = await session.desk.app.accounts.audit(
        whom=known_as(person) if person else None,
        server=None if is_trusted(interaction) else session.whose.id,
        before=before or None,
        most=looks_deeds.EACH + 1,
    )
    await session.show(looks_deeds.page(deeds, before=before, person=person))
