"""Remove: a picture of one's own goes for good, after a question."""

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from bot.discord.looks import history as looks_history
from bot.discord.messages.parts import sentence
from bot.discord.speech.words import say
from bot.history import read_picture


async def press_remove(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Nothing yet: it is asked for first, since nothing brings it back."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.PRIVATE):
        number = read_picture(pressed.target)
        found = await desk.app.gallery.show(owner_of(interaction), number)
        await answer.show(looks_history.really_delete(found.picture))


async def press_removeyes(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """It is deleted, if it is their own; the question becomes its answer."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        number = read_picture(pressed.target)
        await desk.app.gallery.remove(owner_of(interaction), [number])
        await answer.show(sentence(say("history.deleted", number=number)))


async def press_removeno(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        await answer.remove()
