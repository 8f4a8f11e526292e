"""Quota: what somebody may use and has left, and what a moderator gives, takes and limits."""

import logging
from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.asked import Interaction, known_as
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.limits import with_limits
from bot.discord.commands.mod.orders import Orders
from bot.discord.commands.mod.rights import is_trusted
from bot.discord.commands.mod.session import Session
from bot.discord.looks import mod as looks_mod
from bot.discord.messages.parts import Post, sentence
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import offered
from bot.discord.typed.span import read_end
from bot.terms import NONE, read_change
from engine.allowance import MOST_CREDITS
from engine.errors import EaselError, InvalidRequest
from engine.moderation import LONGEST_WHY

log = logging.getLogger(__name__)


def add_quota_of(group: app_commands.Group, desk: Desk) -> None:
    @group.command(description=say("mod.quota.about"))
    @app_commands.describe(
        person=say("mod.quota.person"),
        give=say("mod.quota.give"),
        lasting=say("mod.quota.lasting"),
        take_back=say("mod.quota.take_back"),
        tier=say("mod.quota.tier"),
        reason=say("mod.reason"),
    )
    @with_limits
    async def quota(
        interaction: Interaction,
        /,
        person: discord.User,
        give: Range[float, 0.01, MOST_CREDITS] | None = None,
        lasting: Range[str, 1, 40] | None = None,
        take_back: Range[int, 1] | None = None,
        tier: Range[str, 1, 200] | None = None,
        reason: Range[str, 0, LONGEST_WHY] = "",
        **limits: str | None,
    ) -> None:
        change = read_change(limits)
        read_end(lasting, interaction.created_at)
        if lasting is not None and give is None:
            raise InvalidRequest(say("mod.quota.lasts_what"))
        session = await Session.opened(desk, interaction, why=reason, sets=True, for_all=True)
        if session is None:
            return
        owner, act = known_as(person.id), session.act
        orders = Orders(
            change=change,
            tier=tier,
            take_back=take_back,
            give=give,
            expires=read_end(lasting, act.at),
        )
        said = await orders.carried_out(desk.app.accounts, owner, act)
        if said:
            await session.done(await _after(session, owner, said))
        else:
            await session.show(await _standing(session, owner, said))

    @quota.autocomplete("tier")
    async def tiers(interaction: Interaction, typed: str) -> list[Choice[str]]:
        if not (interaction.permissions.manage_guild and is_trusted(interaction)):
            return []
        known = [tier.name for tier in await desk.app.accounts.tiers()]
        return [Choice(name=name, value=name) for name in offered(typed, [*known, NONE])]


async def _after(session: Session, owner: str, said: Sequence[str]) -> Post:
    """What was done is told, even where nothing can be read just now."""
    try:
        return await _standing(session, owner, said)
    except EaselError as error:
        log.warning("what %s may use could not be read: %s", owner, error)
        return sentence("\n".join(said))


async def _standing(session: Session, owner: str, said: Sequence[str]) -> Post:
    standing = await session.desk.app.accounts.standing(owner, session.act.at)
    return looks_mod.standing(standing, session.act.at, said)
