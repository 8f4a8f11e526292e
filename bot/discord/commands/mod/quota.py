"""Quota: what somebody may use and has left, and what a moderator gives, takes and limits."""

from collections.abc import Iterable

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.asked import Interaction
from bot.discord.commands.mod.limits import Limit, described_limits, read_limits
from bot.discord.commands.mod.rights import is_trusted
from bot.discord.commands.mod.session import Session
from bot.discord.desk import Desk
from bot.discord.fuzzy import offered
from bot.discord.looks import mod as looks_mod
from bot.discord.parts import Post
from bot.discord.span import read_end
from bot.discord.words import say
from bot.terms import NONE
from engine.allowance import MOST_CREDITS
from engine.moderation import LONGEST_WHY


def add_quota_of(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.quota.about"))
    @app_commands.describe(
        person=say("mod.quota.person"),
        give=say("mod.quota.give"),
        lasting=say("mod.quota.lasting"),
        take_back=say("mod.quota.take_back"),
        tier=say("mod.quota.tier"),
        reason=say("mod.reason"),
        **described_limits(),
    )
    async def quota(
        interaction: Interaction,
        person: discord.User,
        give: Range[float, 0.01, MOST_CREDITS] | None = None,
        lasting: Range[str, 1, 40] | None = None,
        take_back: Range[int, 1] | None = None,
        tier: Range[str, 1, 200] | None = None,
        per_day: Limit = None,
        per_window: Limit = None,
        window: Limit = None,
        burst: Limit = None,
        largest: Limit = None,
        steps: Limit = None,
        waiting: Limit = None,
        running: Limit = None,
        priority: Limit = None,
        weight: Limit = None,
        reason: Range[str, 0, LONGEST_WHY] = "",
    ) -> None:
        change = read_limits(interaction)
        read_end(lasting, interaction.created_at)
        session = await Session.opened(desk, interaction, why=reason, sets=True, for_all=True)
        if session is None:
            return
        owner, act, accounts = f"discord:{person.id}", session.act, desk.app.accounts
        said = []
        # First what may be refused, so that nothing else is done then.
        if tier is not None:
            await accounts.set_tier(owner, None if tier == NONE else tier, act)
            said.append(say("mod.quota.set"))
        if change:
            await accounts.set_terms(owner, change.terms, act, forget=change.forget)
            said.append(say("mod.quota.set"))
        if take_back is not None:
            await accounts.take_back_grant(take_back, act)
            said.append(say("mod.quota.taken_back", grant=take_back))
        if give is not None:
            grant = await accounts.grant(owner, give, act, expires=read_end(lasting, act.at))
            said.append(say("mod.quota.given", credits=grant.credits, grant=grant.id))
        post = await _standing(session, owner, dict.fromkeys(said))
        if said:
            await session.done(post)
        else:
            await session.show(post)

    @quota.autocomplete("tier")
    async def tiers(interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not (interaction.permissions.manage_guild and is_trusted(interaction)):
            return []
        known = [tier.name for tier in await desk.app.accounts.tiers()]
        return [Choice(name=name, value=name) for name in offered(typed, [*known, NONE])]


async def _standing(session: Session, owner: str, said: Iterable[str]) -> Post:
    standing = await session.desk.app.accounts.standing(owner, session.act.at)
    return looks_mod.standing(standing, session.act.at, said)
