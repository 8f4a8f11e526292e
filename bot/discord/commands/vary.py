"""Vary: something near to a picture."""

from typing import Any

from discord import app_commands
from discord.app_commands import Range

from bot.discord.arrival.answer import Answer
from bot.discord.arrival.asked import Interaction, is_private, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.pictures.own_pictures import offering_pictures, opened_at
from bot.discord.pictures.seen import lent, not_had, require_model, seen_job, tile_of
from bot.discord.speech.words import say
from engine.again import request_of, require_same
from engine.job import Remembered
from engine.remade import VARIATION, varied
from engine.request import MOST_COUNT

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
        count: Range[int, 1, MOST_COUNT] = 1,
        private: bool | None = None,
    ) -> None:
        if opened := await opened_at(desk, interaction, picture, private=private):
            answer, found = opened
            await _vary(desk, interaction, answer, found, strength=strength, count=count)

    vary.autocomplete("picture")(offering_pictures(desk))


async def press_vary(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """As many as there were: who painted four to choose from wants to choose again."""
    answer = await desk.opened(interaction, private=is_private(interaction))
    if answer is None:
        return
    job = await seen_job(desk, interaction, pressed.target)
    found = await tile_of(desk, job, pressed)
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
    await require_model(desk, interaction, request.model)
    await lent(desk, request, owner, {picture.file})
    if not from_seen:
        # By another model of that name nothing near to it would come.
        [now] = (await desk.app.studio.quote(same)).tiles
        require_same(picture.recipe, now.recipe)
    await desk.take(interaction, request, answer)
