"""Help: what a newcomer must know, a first picture by one click, and all of one's own deleted."""

from typing import Any

from discord import app_commands
from discord.app_commands import Choice

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, is_private, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.looks import help as looks_help
from bot.discord.messages.mentions import mentions
from bot.discord.messages.parts import sentence
from bot.discord.speech.words import say
from engine.request import ImageRequest


def add_help(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    topics = [Choice(name=looks_help.topic_name(name), value=name) for name in looks_help.TOPICS]

    @tree.command(name="help", description=say("help.about"))
    @app_commands.describe(topic=say("help.which"))
    @app_commands.choices(topic=topics)
    @everywhere
    async def show(interaction: Interaction, topic: str = looks_help.FIRST) -> None:
        answer = Answer(interaction, desk.wire)
        if await answer.acknowledge(How.PRIVATE):
            await answer.show(looks_help.topic(topic, mentions(desk.commands)))


async def press_help(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The chosen topic; where everybody sees the message, in one of one's own."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET if is_private(interaction) else How.PRIVATE):
        topic = pressed.chosen[0] if pressed.chosen else looks_help.FIRST
        await answer.show(looks_help.topic(topic, mentions(desk.commands)))


async def press_example(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """A picture for whoever presses, as if they had typed its words."""
    answer = await desk.opened(interaction, private=is_private(interaction))
    if answer is not None:
        await desk.take(interaction, ImageRequest(prompt=looks_help.EXAMPLE), answer)


async def press_forget(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Nothing yet: it is asked for first, since nothing brings it back."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.PRIVATE):
        await answer.show(looks_help.really_forget())


async def press_forgetall(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """All that whoever presses has; what others pressed is on messages that only they see."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        await desk.app.gallery.forget(owner_of(interaction))
        await answer.show(sentence(say("help.forgotten")))
