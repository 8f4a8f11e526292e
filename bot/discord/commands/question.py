"""The question before a prompt that stands for several pictures, and its two answers."""

from dataclasses import replace

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of, reply_to
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from engine.errors import EaselError


async def press_agree(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """To the price of what was asked for before. Where that is refused, it can be asked again."""
    if not await Answer(interaction, desk.wire).acknowledge(How.QUIET):
        return
    wish = desk.wishes.take(pressed.target, owner_of(interaction))
    # What opens the first answer may have expired since; the press opens it anew.
    told = replace(
        reply_to(interaction, private=wish.reply.private),
        named=wish.reply.named,
        language=wish.reply.language,
    )
    try:
        await desk.submit(replace(wish, reply=told))
    except EaselError:
        desk.wishes.put_back(pressed.target, wish)
        raise


async def press_decline(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """Nothing was painted, so nothing is left to be seen."""
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET):
        return
    desk.wishes.take(pressed.target, owner_of(interaction))
    await answer.remove()
