"""Show: one of somebody's own pictures in full, with its buttons, for them or for everybody."""

from typing import Any

from discord import app_commands
from discord.app_commands import Range

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.pictures.own_pictures import offering_pictures, own_picture
from bot.discord.pictures.shown_picture import show_picture
from bot.discord.speech.words import say

OPTIONS = ("picture", "everybody")


def add_show(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("show.about"))
    @app_commands.describe(**{name: say(f"show.{name}") for name in OPTIONS})
    @everywhere
    async def show(
        interaction: Interaction,
        picture: Range[str, 1, 100] | None = None,
        everybody: bool = False,
    ) -> None:
        if everybody:
            answer = await desk.opened(interaction, private=False)
        else:
            quiet = Answer(interaction, desk.wire)
            answer = quiet if await quiet.acknowledge(How.PRIVATE) else None
        if answer is None:
            return
        one = await own_picture(desk, owner_of(interaction), picture)
        await show_picture(desk, interaction, answer, one.number)

    show.autocomplete("picture")(offering_pictures(desk))
