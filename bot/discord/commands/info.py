"""Info: the recipe of each picture, to be copied."""

from bot.discord import looks
from bot.discord.answer import Answer, How
from bot.discord.asked import Interaction
from bot.discord.desk import Desk
from bot.discord.parts import LONGEST_TEXT
from bot.discord.press import Press
from bot.discord.shown import fenced
from bot.discord.words import say
from engine.errors import NotFound
from engine.infotext import write_infotext


async def press_info(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.PRIVATE):
        return
    pictures = await desk.app.ledger.pictures((await desk.job(pressed.target)).id)
    if not pictures:
        raise NotFound(say("gone"))
    recipes = "\n\n".join(write_infotext(picture.recipe) for picture in pictures)
    await answer.show(looks.sentence(fenced(recipes, LONGEST_TEXT - 20)))
