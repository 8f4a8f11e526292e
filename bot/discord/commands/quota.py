"""Quota: what somebody may use and has left, and what a picture costs."""

from typing import Any

from discord import app_commands

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, roles_of
from bot.discord.arrival.desk import Desk
from bot.discord.arrival.usual import usual_quote
from bot.discord.commands.everywhere import everywhere
from bot.discord.looks import quota as looks_quota
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.clock import utc_now


def add_quota(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("quota.about"))
    @everywhere
    async def quota(interaction: Interaction) -> None:
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        owner, now = owner_of(interaction), utc_now()
        standing = await desk.app.accounts.standing(owner.id, now, roles_of(interaction))
        post = looks_quota.standing(
            standing,
            now,
            waiting=desk.app.line.waiting.of(owner.id),
            price=await _usual_price(desk, interaction),
        )
        await answer.show(post)


async def _usual_price(desk: Desk, interaction: Interaction) -> str | None:
    quote = await usual_quote(desk, interaction)
    if quote is None:
        return None
    model = shown(quote.tiles[0].recipe.model, 100)
    return say("quota.price", model=model, price=quote.price)
