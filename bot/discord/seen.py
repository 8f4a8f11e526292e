"""Results that somebody sees on Discord, and may make more of."""

from bot.discord.asked import Interaction, owner_of
from bot.discord.desk import Desk
from bot.discord.press import Press
from bot.discord.reply import Reply
from bot.discord.words import say
from engine.errors import NotFound
from engine.job import Job, Owner, Remembered
from engine.request import ImageRequest


async def seen_job(desk: Desk, interaction: Interaction, name: str, tile: int | None = None) -> Job:
    """Raises NotFound where it has no such tile, or nobody but its owner may see it."""
    job = await desk.job(name)
    own = job.owner.id == owner_of(interaction).id
    secret = not job.reply or Reply.read(job.reply).private
    if (secret and not own) or (tile is not None and tile >= len(job.tiles)):
        raise NotFound(say("gone"))
    return job


async def seen_tile(desk: Desk, interaction: Interaction, pressed: Press) -> Remembered:
    """The picture that was pressed at or chosen. Raises NotFound."""
    job = await seen_job(desk, interaction, pressed.target)
    chosen = pressed.chosen[0] if pressed.chosen else ""
    tile = int(chosen) if chosen.isdecimal() else pressed.tile or 0
    pictures = await desk.app.ledger.pictures(job.id)
    for picture in pictures:
        if picture.tile == tile:
            return picture
    raise NotFound(say("gone"))


async def lent(desk: Desk, request: ImageRequest, owner: Owner) -> None:
    """What somebody else's picture is begun from, to whoever asks for more of what they see."""
    needed = request.pictures
    own = await desk.app.ledger.own(owner.id, needed)
    for digest in sorted(needed - set(own)):
        try:
            file = await desk.app.ledger.file(digest)
        except NotFound:
            raise NotFound(say("source_gone")) from None
        await desk.app.studio.keep(file, owner)
