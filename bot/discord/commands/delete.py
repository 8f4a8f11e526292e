"""Delete: the message goes. Its pictures stay in the history of whoever asked for them."""

from bot.discord.answer import Answer, How
from bot.discord.asked import Interaction, require_may_touch
from bot.discord.desk import Desk
from bot.discord.press import Press


async def press_delete(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    require_may_touch(interaction, await desk.job(pressed.target))
    await answer.remove()
