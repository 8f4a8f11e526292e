"""Vary: something near to a picture."""

from typing import Any

from discord import app_commands
from discord.app_commands import Range

from bot.discord.answer import Answer
from bot.discord.asked import Interaction, is_private, owner_of
from bot.discord.commands.everywhere import everywhere
from bot.discord.desk import Desk
from bot.discord.own_pictures import offering_pictures, own_picture
from bot.discord.press import Press
from bot.discord.remade import VARIATION, varied
from bot.discord.seen import lent, not_had, require_said, seen_job, seen_tile
from bot.discord.uploads import MOST_FILES
from bot.discord.words import say
from engine.again import request_of, require_same
from engine.job import Remembered

OPTIONS = ("picture", "strength", "count", "private")
MOST_BY_BUTTON = 4


def add_vary(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("vary.about"))
    @app_commands.describe(**{name: say(f"vary.{name}") for name in OPTIONS})
    @everywhere
    async def vary(
        interaction: Interaction,
        picture: Range[str, 1, 100] | None = None,
        strength: Range[float, 0.01, 1.0] = VARIATION,
        count: Range[int, 1, MOST_FILES] = 1,
        private: bool | None = None,
    ) -> None:
        answer = await desk.opened(interaction, private=bool(private))
        if answer is not None:
            found = await own_picture(desk, owner_of(interaction), picture)
            await require_said(desk, interaction, found, private=private)
            await _vary(desk, interaction, answer, found, strength=strength, count=count)

    vary.autocomplete("picture")(offering_pictures(desk))


async def press_vary(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """As many as there were: who painted four to choose from wants to choose again."""
    answer = await desk.opened(interaction, private=is_private(interaction))
    if answer is None:
        return
    job = await seen_job(desk, interaction, pressed.target)
    found = await seen_tile(desk, interaction, pressed)
    count = min(len(job.tiles), MOST_BY_BUTTON)
    await _vary(desk, interaction, answer, found, strength=VARIATION, count=count)


async def _vary(
    desk: Desk,
    interaction: Interaction,
    answer: Answer,
    picture: Remembered,
    *,
    strength: float,
    count: int,
) -> None:
    owner, same = owner_of(interaction), request_of(picture.recipe)
    # What it was made from may be nobody's to see.
    from_seen = bool(await not_had(desk, same, owner))
    request = varied(
        picture.recipe, picture.file, strength=strength, count=count, from_seen=from_seen
    )
    await lent(desk, request, owner, {picture.file})
    if not from_seen:
        # By another model of that name nothing near to it would come.
        [now] = (await desk.app.studio.quote(same)).tiles
        require_same(picture.recipe, now.recipe)
    await desk.take(interaction, request, answer)
