"""The audit channel: where the moderators of a server read what was done there."""

import logging

import discord
from aiohttp import ClientError

from bot.discord.asked import Interaction, owner_of, server_of
from bot.discord.desk import Desk
from bot.discord.looks.deeds import told
from bot.discord.wire import channel_messages
from bot.discord.words import ENGLISH, speaking
from engine.accounts import Act
from engine.errors import EaselError
from engine.job import Job
from engine.studio import utc_now

log = logging.getLogger(__name__)

MOST = 20
"""Of one act; hardly any is more than two deeds."""


def act_of(interaction: Interaction, why: str = "") -> Act:
    """By whoever asked, on the server where they did."""
    who, where = owner_of(interaction).id, server_of(interaction)
    return Act(who=who, at=utc_now(), why=why, where=where)


async def tell_deeds(desk: Desk, act: Act) -> None:
    """What was done by that act, in the audit channel of its server; nothing where it has none.

    It is done already, so nothing that goes wrong here may seem to have stopped it.
    """
    if act.where is None:
        return
    try:
        settings = (await desk.app.choices.chosen(None, act.where)).settings
        if settings.audit_channel is None:
            return
        newest = await desk.app.accounts.audit(server=act.where, most=MOST)
        done = [deed for deed in newest if (deed.who, deed.at) == (act.who, act.at)]
        with speaking(settings.language or ENGLISH):
            for deed in reversed(done):
                once = {"nonce": f"deed.{deed.id}", "enforce_nonce": True}
                route = channel_messages(int(settings.audit_channel))
                await desk.wire.ask(route, told(deed), more=once)
    except (discord.HTTPException, ClientError, OSError, ValueError, EaselError) as error:
        log.warning("server %s is not told what %s did: %s", act.where, act.who, error)


async def note_touch(desk: Desk, interaction: Interaction, job: Job, what: str) -> None:
    """What somebody did to a job of somebody else is a moderator's deed."""
    if job.owner.id == owner_of(interaction).id:
        return
    act = act_of(interaction)
    await desk.app.accounts.note(job.owner.id, what, act, {"job": job.id})
    await tell_deeds(desk, act)
