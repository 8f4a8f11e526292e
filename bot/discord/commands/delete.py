"""Delete: the message goes, for whoever asked for it and the moderators of where it stands.

Its pictures stay in the history of whoever asked for them.
"""

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, is_private, moderates, owner_of
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
    try:
        job = await desk.job(pressed.target)
    except NotFound:
        # The message outlives what is known of it, and says itself whose it is.
        if not (_asked(interaction) or moderates(interaction)):
            raise NotFound(say("not_yours")) from None
        await answer.remove()
        return
    if job.owner.id != owner_of(interaction).id and not moderates(interaction):
        raise NotFound(say("not_yours"))
    await answer.remove()
    await note_touch(desk, interaction, job, DELETED)


def _asked(interaction: Interaction) -> bool:
    """Whether the message answers whoever pressed, or is seen by nobody else."""
    if is_private(interaction) or interaction.guild_id is None:
        return True
    asked = interaction.message.interaction_metadata if interaction.message else None
    return asked is not None and asked.user.id == interaction.user.id
