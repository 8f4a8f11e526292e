"""Cancel: a job that waits or is being painted ends, and what was not painted is refunded."""

import re
from collections.abc import Sequence
from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, require_may_touch
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.delivery.reply import Reply
from bot.discord.looks.queue import label
from bot.discord.messages.parts import sentence
from bot.discord.moderators.audit_channel import note_touch
from bot.discord.pictures.own_jobs import OwnJob, own_jobs
from bot.discord.speech.refusals import told
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import LONGEST, MOST
from engine.errors import NotFound
from engine.words import words_in

A_JOB = re.compile(r"[0-9a-f]{32}")
SHOWN = 200


def add_cancel(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("cancel.about"))
    @app_commands.describe(job=say("cancel.job"), every=say("cancel.every"))
    @app_commands.rename(every="all")
    @everywhere
    async def cancel(
        interaction: Interaction,
        job: Range[str, 1, 200] | None = None,
        every: bool = False,
    ) -> None:
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        owner = owner_of(interaction)
        own = await own_jobs(desk, owner)
        wanted = own if every else [_meant(job, own)] if own else []
        ended = [one for one in wanted if await desk.app.studio.cancel(one.job.id, owner)]
        if not ended:
            raise NotFound(say("cancel.nothing"))
        prompt = shown(ended[0].job.request.prompt, SHOWN)
        words = say("cancel.done", prompt=prompt)
        if len(ended) > 1:
            words = say("cancel.all_done", count=len(ended))
        await answer.show(sentence(words))

    @cancel.autocomplete("job")
    async def jobs(interaction: Interaction, typed: str) -> list[Choice[str]]:
        own = await own_jobs(desk, owner_of(interaction), MOST)
        fitting = [one for one in own if _fits(one, typed)]
        return [Choice(name=label(one)[:LONGEST], value=one.job.id) for one in fitting]


async def press_cancel(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The message then says so by itself: that is how the job's end is told.

    Where that could not be told by it any more, it loses its button.
    """
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    try:
        job = await desk.job(pressed.target)
    except NotFound as error:
        await answer.show(sentence(told(error)))
        return
    require_may_touch(interaction, job)
    if await desk.app.studio.cancel(job.id, job.owner):
        await note_touch(desk, interaction, job, "cancel")
    elif not job.reply or Reply.read(job.reply).open(interaction.created_at):
        raise NotFound(say("ended"))
    else:
        await answer.show(sentence(say("ended")))


def _meant(typed: str | None, own: Sequence[OwnJob]) -> OwnJob:
    """The one that was chosen, or has such words; the newest where nothing is said."""
    if typed and A_JOB.fullmatch(typed) and all(one.job.id != typed for one in own):
        raise NotFound(say("ended"))
    fitting = [one for one in own if typed is None or typed == one.job.id or _fits(one, typed)]
    if not fitting:
        raise NotFound(say("cancel.unknown", words=shown(typed or "", SHOWN)))
    return max(fitting, key=lambda one: one.job.submitted)


def _fits(one: OwnJob, typed: str) -> bool:
    """Whether all that was typed begins a word of its prompt."""
    words, parts = words_in(one.job.request.prompt), words_in(typed)
    if typed.strip() and not parts:
        return False
    return all(any(word.startswith(part) for word in words) for part in parts)
