"""Pause: the queue stands still, runs empty, or goes on."""

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.asked import Interaction
from bot.discord.arrival.desk import Desk
from bot.discord.commands.mod.session import Session
from bot.discord.speech.words import say
from engine.gate import QUEUE, Gate
from engine.moderation import LONGEST_WHY


def add_pause(group: app_commands.Group, desk: Desk) -> None:
    choices = [
        Choice(name=say("mod.pause.stop"), value=Gate.PAUSED.value),
        Choice(name=say("mod.pause.drain"), value=Gate.DRAINED.value),
        Choice(name=say("mod.pause.resume"), value=Gate.OPEN.value),
    ]

    @group.command(description=say("mod.pause.about"))
    @app_commands.describe(queue=say("mod.pause.queue"), reason=say("mod.reason"))
    @app_commands.choices(queue=choices)
    async def pause(
        interaction: Interaction, queue: str, reason: Range[str, 0, LONGEST_WHY] = ""
    ) -> None:
        session = await Session.opened(desk, interaction, why=reason, sets=True, for_all=True)
        if session is None:
            return
        gate = Gate(queue)
        await desk.app.accounts.note(QUEUE, gate.value, session.act, {})
        waiting = len(desk.app.line.jobs) - len(desk.app.line.works)
        match gate:
            case Gate.PAUSED:
                words = say("mod.pause.stopped", waiting=waiting)
            case Gate.DRAINED:
                words = say("mod.pause.drained", waiting=waiting)
            case Gate.OPEN:
                words = say("mod.pause.resumed", waiting=waiting)
        await session.done(words)
        desk.screens.tell_places()
