"""Info: how each picture came about, and how to paint it again."""

from typing import Any

import discord
from discord import app_commands

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.looks.info import Told, recipes
from bot.discord.pictures.pointed import job_on, recipes_on
from bot.discord.pictures.seen import seen_job
from bot.discord.speech.words import say
from engine.errors import NotFound


def add_info(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.context_menu(name="Picture info")
    @everywhere
    async def picture_info(interaction: Interaction, message: discord.Message) -> None:
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        job = job_on(interaction, message)
        if job is not None:
            await _tell(desk, interaction, answer, Press(action="info", target=job))
            return
        found = await recipes_on(desk.files, message)
        await answer.show(recipes([Told(recipe=recipe) for recipe in found]))


async def press_info(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.PRIVATE):
        await _tell(desk, interaction, answer, pressed)


async def _tell(desk: Desk, interaction: Interaction, answer: Answer, pressed: Press) -> None:
    job = await seen_job(desk, interaction, pressed.target)
    pictures = [
        picture
        for picture in await desk.app.ledger.pictures(job.id)
        if pressed.tile is None or picture.tile == pressed.tile
    ]
    if not pictures:
        raise NotFound(say("gone"))
    # Only whoever has it can name it by its number.
    own = job.owner.id == owner_of(interaction).id
    told = [
        Told(
            recipe=one.recipe,
            number=one.number if own else None,
            typed=job.request.prompt,
            seconds=one.seconds,
            painted=one.painted,
        )
        for one in pictures
    ]
    alone = pressed.tile is not None and len(job.tiles) > 1
    credits = sum(one.seconds for one in pictures) if alone else job.cost
    await answer.show(recipes(told, credits=credits))
