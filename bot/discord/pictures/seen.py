"""Results that somebody sees on Discord, and may make more of."""

from collections.abc import Collection

from bot.discord.arrival.asked import Interaction, owner_of, server_of
from bot.discord.arrival.desk import Desk
from bot.discord.controls.press import Press
from bot.discord.delivery.reply import Reply
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.errors import InvalidRequest, NotFound
from engine.job import Job, Owner, Remembered
from engine.request import ImageRequest

LONGEST_MODEL = 100


def is_secret(job: Job) -> bool:
    """Whether only its owner was told how it ended."""
    return not job.reply or Reply.read(job.reply).private


async def seen_job(desk: Desk, interaction: Interaction, name: str, tile: int | None = None) -> Job:
    """Raises NotFound where it has no such tile, or is kept from whoever asks."""
    job = await desk.job(name)
    if is_secret(job) and job.owner.id != owner_of(interaction).id:
        raise NotFound(say("kept_private"))
    if not job.tiles or (tile is not None and tile >= len(job.tiles)):
        raise NotFound(say("gone"))
    return job


async def require_said(
    desk: Desk, interaction: Interaction, picture: Remembered, *, private: bool | None
) -> None:
    """Raises InvalidRequest where others would see, without a word of its owner, what becomes of a
    picture that only its owner saw."""
    alone = interaction.context.dm_channel
    if private is None and not alone and is_secret(await desk.job(picture.job)):
        raise InvalidRequest(say("was_private"))


async def seen_tile(desk: Desk, interaction: Interaction, pressed: Press) -> Remembered:
    """The picture that was pressed at or chosen. Raises NotFound."""
    return await tile_of(desk, await seen_job(desk, interaction, pressed.target), pressed)


async def tile_of(desk: Desk, job: Job, pressed: Press) -> Remembered:
    """Of a job that was read already. Raises NotFound."""
    chosen = pressed.chosen[0] if pressed.chosen else ""
    tile = int(chosen) if chosen.isdecimal() else pressed.tile or 0
    pictures = await desk.app.ledger.pictures(job.id)
    for picture in pictures:
        if picture.tile == tile:
            return picture
    raise NotFound(say("gone"))


async def require_model(desk: Desk, interaction: Interaction, name: str | None) -> None:
    """Raises InvalidRequest where what painted it is not here any more, and says what is."""
    cards = desk.app.cards
    if name is None or name.lower() in {card.name.lower() for card in cards.values()}:
        return
    settings = (await desk.app.choices.chosen(None, server_of(interaction))).settings
    other = next(iter(settings.cards(cards).values()))
    told = {"model": shown(name, LONGEST_MODEL), "other": shown(other.name, LONGEST_MODEL)}
    raise InvalidRequest(say("model_gone", **told))


async def not_had(desk: Desk, request: ImageRequest, owner: Owner) -> Collection[str]:
    """Of the pictures that it begins from, those that this person has not."""
    if not request.pictures:
        return ()
    return request.pictures - set(await desk.app.ledger.own(owner.id, request.pictures))


async def lent(desk: Desk, request: ImageRequest, owner: Owner, seen: Collection[str] = ()) -> None:
    """What is `seen` becomes theirs too, and never what somebody else's picture was made from.

    Raises NotFound where the request needs more than that.
    """
    missing = await not_had(desk, request, owner)
    if not set(missing) <= set(seen):
        raise NotFound(say("not_lent"))
    for digest in sorted(missing):
        try:
            file = await desk.app.ledger.file(digest)
        except NotFound:
            raise NotFound(say("source_gone")) from None
        await desk.app.studio.keep(file, owner)
