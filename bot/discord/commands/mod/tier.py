"""Tier: what people with a role may use, and who goes first."""

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.limits import with_limits
from bot.discord.commands.mod.rights import is_trusted
from bot.discord.commands.mod.session import Session
from bot.discord.looks import mod as looks_mod
from bot.discord.messages.parts import Post
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import offered
from bot.terms import read_change
from engine.accounts import Tier
from engine.errors import InvalidRequest
from engine.moderation import HIGHEST_RANK, LONGEST_WHY, unknown_tier


def add_tier(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.tier.about"))
    @app_commands.describe(
        name=say("mod.tier.name"),
        role=say("mod.tier.role"),
        without=say("mod.tier.without"),
        rank=say("mod.tier.rank"),
        remove=say("mod.tier.remove"),
        reason=say("mod.reason"),
    )
    @with_limits
    async def tier(
        interaction: Interaction,
        /,
        name: Range[str, 1, 100] | None = None,
        role: discord.Role | None = None,
        without: discord.Role | None = None,
        rank: Range[int, -HIGHEST_RANK, HIGHEST_RANK] | None = None,
        remove: bool = False,
        reason: Range[str, 0, LONGEST_WHY] = "",
        **limits: str | None,
    ) -> None:
        change = read_change(limits)
        changes = bool(change) or rank is not None or role is not None or without is not None
        if role is not None and role.is_default():
            raise InvalidRequest(say("mod.tier.everybody"))
        if name is None and (changes or remove):
            raise InvalidRequest(say("mod.tier.which"))
        session = await Session.opened(desk, interaction, why=reason, sets=True, for_all=True)
        if session is None:
            return
        accounts = desk.app.accounts
        if name is not None and remove:
            await accounts.remove_tier(name, session.act)
            await session.done(say("mod.tier.removed", name=shown(name)))
            return
        if name is not None and changes:
            async with desk.changing:
                roles = _roles(await accounts.tiers(), name, role, without)
                await accounts.change_tier(
                    name, change.terms, session.act, forget=change.forget, roles=roles, rank=rank
                )
            post = _shown(await accounts.tiers(), name, said=say("mod.tier.set"))
            await session.done(post)
            return
        await session.show(_shown(await accounts.tiers(), name))

    @tier.autocomplete("name")
    async def names(interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not (interaction.permissions.manage_guild and is_trusted(interaction)):
            return []
        known = [tier.name for tier in await desk.app.accounts.tiers()]
        return [Choice(name=name, value=name) for name in offered(typed, known)]


def _roles(
    tiers: Sequence[Tier],
    name: str,
    role: discord.Role | None,
    without: discord.Role | None,
) -> list[str] | None:
    """As they are afterwards; None where they stay as they are."""
    if role is None and without is None:
        return None
    before = next((tier.roles for tier in tiers if tier.name == name), ())
    gone = {str(without.id)} if without else set()
    new = [str(role.id)] if role else []
    return [one for one in dict.fromkeys([*before, *new]) if one not in gone]


def _shown(tiers: Sequence[Tier], name: str | None, *, said: str = "") -> Post:
    """That tier, or all of them. Raises InvalidRequest for one that there is not."""
    named = [tier for tier in tiers if name is None or tier.name == name]
    if not named and name is not None:
        raise unknown_tier(name, [tier.name for tier in tiers])
    return looks_mod.tiers(named, said)
