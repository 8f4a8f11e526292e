"""Cancel: a job that waits or is being painted ends, and what was not painted is refunded."""

from bot.discord.answer import Answer, How
from bot.discord.asked import Interaction, require_may_touch
from bot.discord.desk import Desk
from bot.discord.press import Press
from bot.discord.words import say
from engine.errors import NotFound


async def press_cancel(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The message then says so by itself: that is how the job's end is told."""
    if not await Answer(interaction, desk.wire).acknowledge(How.QUIET):
        return
    job = await desk.job(pressed.target)
    require_may_touch(interaction, job)
    if not await desk.app.studio.cancel(job.id, job.owner):
        raise NotFound(say("ended"))
