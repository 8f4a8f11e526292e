"""The question before a prompt that stands for several pictures, and its two answers."""

from dataclasses import replace

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, reply_to
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from bot.discord.messages.parts import sentence
from bot.discord.speech.words import say


async def press_agree(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """To the price of what was asked for before. Where that is refused, it can be asked again."""
    answer = Answer(interaction, desk.wire)
    wish = desk.wishes.take(pressed.target, owner_of(interaction))
    if wish is None:
        await _over(answer)
        return
    # What opens the first answer may have expired since; the press opens it anew.
    told = replace(
        reply_to(interaction, private=wish.reply.private),
        named=wish.reply.named,
        language=wish.reply.language,
        answer=wish.reply.answer,
    )
    agreed = replace(wish, reply=told)
    desk.wishes.note(agreed)
    if not await answer.acknowledge(How.QUIET):
        desk.wishes.put_back(pressed.target, wish)
        return
    try:
        await desk.submit(agreed)
    except Exception:
        desk.wishes.put_back(pressed.target, agreed)
        raise
    desk.wishes.settle(agreed)


async def press_decline(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Nothing was painted, so nothing is left to be seen."""
    answer = Answer(interaction, desk.wire)
    wish = desk.wishes.take(pressed.target, owner_of(interaction))
    if wish is None:
        await _over(answer)
        return
    if await answer.acknowledge(How.QUIET):
        await answer.remove()
    desk.wishes.settle(wish)


async def _over(answer: Answer) -> None:
    """Nobody knows any more what was asked for: its buttons go."""
    if await answer.acknowledge(How.QUIET):
        await answer.show(sentence(say("forgotten")))
