"""The audit channel: where the moderators of a server read what was done there."""

from bot.discord.arrival.asked import Interaction, owner_of, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.speech.words import say
from engine.accounts import Act
from engine.clock import utc_now
from engine.job import Job


def act_of(interaction: Interaction, why: str = "") -> Act:
    """By whoever asked, on the server where they did."""
    who, where = owner_of(interaction).id, server_of(interaction)
    return Act(who=who, at=utc_now(), why=why, where=where)


async def tell_deeds(desk: Desk) -> None:
    """What was just done; it is told a little later where nobody can be told now."""
    if desk.herald is not None:
        await desk.herald.tell()


def unheard(desk: Desk, server: str) -> str | None:
    """What a moderator should know of the audit channel; each server is told of it once."""
    if desk.herald is None or not desk.herald.is_news(server):
        return None
    return say("mod.channel.unheard")


async def note_touch(desk: Desk, interaction: Interaction, job: Job, what: str) -> None:
    """What somebody did to a job of somebody else is a moderator's deed."""
    if job.owner.id == owner_of(interaction).id:
        return
    act = act_of(interaction)
    where = {}
    if interaction.message is not None:
        place = {"channel": interaction.channel_id, "message": interaction.message.id}
        where = {name: str(one) for name, one in place.items() if one}
    await desk.app.accounts.note(job.owner.id, what, act, {"job": job.id, **where})
    await tell_deeds(desk)
