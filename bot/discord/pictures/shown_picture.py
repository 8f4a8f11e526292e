"""A picture of somebody's own, shown to them or, where they want it, to everybody there."""

from bot.discord.arrival.admitted import require_heard
from bot.discord.arrival.answer import Answer
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.looks import history as looks_history
from bot.discord.looks.actions import actions_of_one
from bot.discord.messages.parts import Post


async def show_picture(desk: Desk, interaction: Interaction, answer: Answer, number: int) -> None:
    """One's own, in full and with its buttons; where everybody sees it, with who shows it."""
    owner = owner_of(interaction)
    if not answer.private:
        await require_heard(desk.app, interaction)
    found = await desk.app.gallery.show(owner, number)
    if not answer.private:
        await desk.require_shown(interaction, found.picture.recipe)
    png = await desk.app.gallery.file(owner, number)
    shared_by = None if answer.private else interaction.user.id
    each = interaction.filesize_limit
    post = await looks_history.whole(found, png, each=each, shared_by=shared_by)
    buttons = actions_of_one(await desk.job(found.picture.job), found.picture.tile)
    await answer.show(Post(parts=(*post.parts, *buttons), uploads=post.uploads))
