"""Re-roll: the same words and settings by new chance, or the very same picture, for anybody."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.discord.arrival.asked import Interaction, is_private, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.pictures.own_pictures import offering_pictures, opened_at
from bot.discord.pictures.pointed import job_on, recipes_on
from bot.discord.pictures.seen import lent, require_model, seen_job
from bot.discord.speech.words import say
from engine.again import request_of
from engine.errors import InvalidRequest
from engine.remade import asked_for, borrowed, rerolled, several
from engine.request import MOST_COUNT

OPTIONS = ("picture", "count", "same", "private")


def add_reroll(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("reroll.about"))
    @app_commands.describe(**{name: say(f"reroll.{name}") for name in OPTIONS})
    @everywhere
    async def reroll(
        interaction: Interaction,
        picture: Range[str, 1, 100] | None = None,
        count: Range[int, 1, MOST_COUNT] = 1,
        same: bool = False,
        private: bool | None = None,
    ) -> None:
        if same and count > 1:
            raise InvalidRequest(say("reroll.same_once", count=count))
        opened = await opened_at(desk, interaction, picture, private=private)
        if opened is None:
            return
        answer, found = opened
        owner = owner_of(interaction)
        if same:
            await require_model(desk, interaction, found.recipe.model)
            request = await desk.app.encore.again(owner, found.number)
        else:
            request = rerolled(several(request_of(found.recipe), count), found.recipe)
            await require_model(desk, interaction, request.model)
            await lent(desk, request, owner)
        await desk.take(interaction, request, answer)

    reroll.autocomplete("picture")(offering_pictures(desk))


def add_reroll_menu(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.context_menu(name="Re-roll")
    @everywhere
    async def reroll_message(interaction: Interaction, message: discord.Message) -> None:
        private = message.flags.ephemeral
        job = job_on(interaction, message)
        if job is not None:
            pressed = Press(action="reroll", target=job)
            await _reroll(desk, interaction, pressed, private=private)
            return
        answer = await desk.opened(interaction, private=private)
        if answer is not None:
            recipe, *_ = await recipes_on(desk.files, message)
            await desk.take(interaction, borrowed(recipe, desk.app.cards), answer)


async def press_reroll(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    await _reroll(desk, interaction, pressed, private=is_private(interaction))


async def _reroll(desk: Desk, interaction: Interaction, pressed: Press, *, private: bool) -> None:
    answer = await desk.opened(interaction, private=private)
    if answer is None:
        return
    owner = owner_of(interaction)
    job = await seen_job(desk, interaction, pressed.target, pressed.tile)
    request = asked_for(job, owner.id, pressed.tile)
    request = rerolled(request, job.tiles[pressed.tile or 0].recipe)
    await require_model(desk, interaction, request.model)
    await lent(desk, request, owner)
    await desk.take(interaction, request, answer)
