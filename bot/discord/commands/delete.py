"""Delete: the message goes, for whoever asked for it and the moderators of where it stands.

Its pictures stay in the history of whoever asked for them.
"""

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, moderates, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from bot.discord.looks.deeds import DELETED
from bot.discord.moderators.audit_channel import note_touch
from bot.discord.speech.words import say
from engine.errors import NotFound


async def press_delete(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    job = await desk.job(pressed.target)
    if job.owner.id != owner_of(interaction).id and not moderates(interaction):
        raise NotFound(say("not_yours"))
    await answer.remove()
    await note_touch(desk, interaction, job, DELETED)
