"""Delete: the message goes. Its pictures stay in the history of whoever asked for them."""

from bot.discord.answer import Answer, How
from bot.discord.asked import Interaction, require_may_touch
from bot.discord.audit_channel import note_touch
from bot.discord.desk import Desk
from bot.discord.press import Press


async def press_delete(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    job = await desk.job(pressed.target)
    require_may_touch(interaction, job)
    await answer.remove()
    await note_touch(desk, interaction, job, "delete message")
