"""The question before a prompt that stands for several pictures, and its two answers."""

from bot.discord.answer import Answer, How
from bot.discord.asked import Interaction, owner_of
from bot.discord.desk import Desk
from bot.discord.press import Press


async def press_agree(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """To the price of what was asked for before."""
    if not await Answer(interaction, desk.wire).acknowledge(How.QUIET):
        return
    await desk.submit(desk.wishes.take(pressed.target, owner_of(interaction)))


async def press_decline(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Nothing was painted, so nothing is left to be seen."""
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    desk.wishes.take(pressed.target, owner_of(interaction))
    await answer.remove()
