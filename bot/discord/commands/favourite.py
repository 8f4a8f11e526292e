"""Favourite: one's own picture is kept whatever happens, or no longer."""

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from bot.discord.looks.favourite import ALL, favourites
from bot.discord.speech.words import say
from engine.errors import NotFound


async def press_favourite(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """One is turned round at once; of several it is asked which, and shown how they stand."""
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.QUIET if pressed.chosen else How.PRIVATE):
        return
    owner = owner_of(interaction)
    job = await desk.job(pressed.target)
    if job.owner.id != owner.id:
        raise NotFound(say("favourite.not_yours"))
    pictures = await desk.app.ledger.pictures(job.id)
    if pressed.tile is not None:
        pictures = [picture for picture in pictures if picture.tile == pressed.tile]
    if not pictures:
        raise NotFound(say("gone"))
    meant = pictures if len(pictures) == 1 else []
    if pressed.chosen == (ALL,):
        meant = pictures
    elif pressed.chosen:
        meant = [picture for picture in pictures if str(picture.tile) in pressed.chosen]
    # All of them are favourites afterwards, unless they were already.
    favourite = not all(picture.favourite for picture in meant)
    for picture in meant:
        await desk.app.gallery.favour(owner, picture.number, favourite=favourite)
    if meant:
        pictures = [
            picture
            for picture in await desk.app.ledger.pictures(job.id)
            if pressed.tile is None or picture.tile == pressed.tile
        ]
    await answer.show(favourites(job.id, pictures))
