"""Queue: how many wait, one's own places among them, and a way out of it."""

from typing import Any

from discord import app_commands

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.looks import queue as looks_queue
from bot.discord.pictures.own_jobs import own_jobs
from bot.discord.speech.words import say
from engine.clock import utc_now


def add_queue(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("queue.about"))
    @everywhere
    async def queue(interaction: Interaction) -> None:
        answer = Answer(interaction, desk.wire)
        if await answer.acknowledge(How.PRIVATE):
            await _show(desk, interaction, answer)


async def press_line(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """As it is by now."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        await _show(desk, interaction, answer)


async def press_withdraw(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Those that were chosen; one that has ended meanwhile is only no longer there."""
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    owner = owner_of(interaction)
    chosen = pressed.chosen
    if looks_queue.ALL in chosen:
        chosen = tuple(await desk.app.gallery.unfinished(owner))
    for job in chosen:
        await desk.app.studio.cancel(job, owner)
    await _show(desk, interaction, answer)


async def _show(desk: Desk, interaction: Interaction, answer: Answer) -> None:
    line = desk.app.line
    # One more than is shown says whether there are more.
    own = await own_jobs(desk, owner_of(interaction), looks_queue.MOST + 1)
    painting = sum(map(len, line.painting.values()))
    await answer.show(
        looks_queue.line(
            own,
            line.gate,
            painting=painting,
            waiting=len(line.queue) + len(line.aside),
            now=utc_now(),
            crew=tuple(line.crew),
        )
    )
