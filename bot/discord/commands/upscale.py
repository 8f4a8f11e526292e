"""Upscale: a picture made larger, as it is or with new detail."""

from typing import Any

from discord import app_commands
from discord.app_commands import Range

from bot.discord.arrival.answer import Answer
from bot.discord.arrival.asked import Interaction, is_private, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.pictures.own_pictures import offering_pictures, opened_at
from bot.discord.pictures.seen import lent, require_model, seen_tile
from bot.discord.speech.words import say
from engine.job import Remembered
from engine.remade import FACTOR, upscaled

OPTIONS = ("picture", "factor", "redraw", "private")


def add_upscale(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("upscale.about"))
    @app_commands.describe(**{name: say(f"upscale.{name}") for name in OPTIONS})
    @everywhere
    async def upscale(
        interaction: Interaction,
        picture: Range[str, 1, 100] | None = None,
        factor: Range[float, 1.1, 4.0] = FACTOR,
        redraw: Range[float, 0.0, 1.0] = 0.0,
        private: bool | None = None,
    ) -> None:
        if opened := await opened_at(desk, interaction, picture, private=private):
            answer, found = opened
            await _upscale(desk, interaction, answer, found, factor=factor, redraw=redraw)

    upscale.autocomplete("picture")(offering_pictures(desk))


async def press_upscale(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = await desk.opened(interaction, private=is_private(interaction))
    if answer is not None:
        found = await seen_tile(desk, interaction, pressed)
        await _upscale(desk, interaction, answer, found, factor=FACTOR, redraw=0.0)


async def _upscale(
    desk: Desk,
    interaction: Interaction,
    answer: Answer,
    picture: Remembered,
    *,
    factor: float,
    redraw: float,
) -> None:
    request = upscaled(picture.recipe, picture.file, factor=factor, redraw=redraw)
    await require_model(desk, interaction, request.model)
    await lent(desk, request, owner_of(interaction), {picture.file})
    await desk.take(interaction, request, answer)
