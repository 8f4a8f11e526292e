"""Somebody's own pictures, as they name them while and after typing."""

from discord.app_commands import Choice

from bot.discord.arrival.answer import Answer
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.pictures.seen import require_said
from bot.discord.speech.shown import plainly, shown
from bot.discord.speech.words import say
from bot.discord.typed.fuzzy import LONGEST, MOST
from bot.discord.typed.offers import Offer
from bot.discord.typed.typed_number import plain_number
from bot.history import A_NUMBER
from engine.errors import NotFound
from engine.job import Owner, Remembered
from engine.search import Search

SEVERAL = 100


def offering_pictures(desk: Desk) -> Offer:
    """The newest whose prompts have the words, and the one of a number."""

    async def pictures(interaction: Interaction, typed: str) -> list[Choice[str]]:
        owner = owner_of(interaction)
        found = [*await _of_number(desk, owner, typed), *await _of_words(desk, owner, typed)]
        numbers = {picture.number: picture for picture in found}
        return [
            Choice(name=_label(picture)[:LONGEST], value=str(number))
            for number, picture in numbers.items()
        ][:MOST]

    return pictures


async def own_picture(desk: Desk, owner: Owner, typed: str | None) -> Remembered:
    """By number, else by words the newest that has them; the newest of all where none is named."""
    words = typed or ""
    found = await _of_number(desk, owner, words) or await _of_words(desk, owner, words)
    if not found:
        raise NotFound(say("no_picture", words=shown(words, SEVERAL)) if words else say("none"))
    return found[0]


async def opened_at(
    desk: Desk, interaction: Interaction, typed: str | None, *, private: bool | None
) -> tuple[Answer, Remembered] | None:
    """One of their own to make more of, and the answer that loads until it is there.

    None where nobody waits for it. `private` is None where they said nothing of it.
    """
    answer = await desk.opened(interaction, private=bool(private))
    if answer is None:
        return None
    found = await own_picture(desk, owner_of(interaction), typed)
    await require_said(desk, interaction, found, private=private)
    return answer, found


async def _of_number(desk: Desk, owner: Owner, typed: str) -> list[Remembered]:
    told = A_NUMBER.fullmatch(plain_number(typed))
    if told is None:
        return []
    try:
        return [(await desk.app.gallery.show(owner, int(told[1]))).picture]
    except NotFound:
        return []


async def _of_words(desk: Desk, owner: Owner, typed: str) -> list[Remembered]:
    return [*await desk.app.gallery.page(owner, Search(words=typed.strip()), most=MOST)]


def _label(picture: Remembered) -> str:
    return f"{picture.number} · {plainly(picture.recipe.prompt)}"
