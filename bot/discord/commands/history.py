"""History: somebody's own pictures, page by page, found by what they look for, shown to others."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

from discord import app_commands
from discord.app_commands import Choice, Range

from bot.discord.arrival.answer import Answer, How
from bot.discord.arrival.asked import Interaction, owner_of
from bot.discord.arrival.desk import Desk
from bot.discord.commands.everywhere import everywhere
from bot.discord.controls.press import Press
from bot.discord.looks import history as looks_history
from bot.discord.looks.history import Amid
from bot.discord.pictures.shown_picture import show_picture
from bot.discord.speech.words import say
from bot.discord.typed.days import offering_days, read_day
from bot.discord.typed.fuzzy import offered
from bot.discord.typed.offers import choices
from bot.discord.typed.sought import OPTIONS, YES, Typed, search_of, typed_on
from bot.discord.typed.typed_number import plain_number
from bot.history import A_NUMBER, read_picture
from engine.errors import NotFound
from engine.job import Remembered
from engine.request import LARGEST_SEED

log = logging.getLogger(__name__)


def add_history(tree: app_commands.CommandTree[Any], desk: Desk) -> None:
    @tree.command(description=say("history.about"))
    @app_commands.describe(**{name: say(f"history.{name}") for name in OPTIONS})
    @everywhere
    async def history(
        interaction: Interaction,
        words: Range[str, 1, 200] | None = None,
        model: Range[str, 1, 100] | None = None,
        seed: Range[int, 0, LARGEST_SEED] | None = None,
        favourites: bool = False,
        since: Range[str, 1, 40] | None = None,
        until: Range[str, 1, 40] | None = None,
    ) -> None:
        told = {
            "words": words,
            "model": model,
            "seed": None if seed is None else str(seed),
            "favourites": YES if favourites else None,
            "since": since and read_day(since, interaction.created_at),
            "until": until and read_day(until, interaction.created_at),
        }
        typed = {name: word for name, word in told.items() if word is not None}
        search_of(typed)
        answer = Answer(interaction, desk.wire)
        if not await answer.acknowledge(How.PRIVATE):
            return
        number = await _number_meant(desk, interaction, typed)
        if number is None:
            await _show_page(desk, interaction, answer, typed)
        else:
            await show_picture(desk, interaction, answer, number)

    for name in ("since", "until"):
        history.autocomplete(name)(offering_days)

    @history.autocomplete("model")
    async def models(_: Interaction, typed: str) -> list[Choice[str]]:
        # Whatever may be used today: pictures stay when a server forbids their model.
        return choices(offered(typed, [card.name for card in desk.app.cards.values()]))


async def press_older(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The pictures older than that one, in the place of those that are shown; 0 is the newest."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        before = int(pressed.target) or None
        await _show_page(desk, interaction, answer, typed_on(interaction), before=before)


async def press_newer(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The pictures next newer than that one."""
    answer = Answer(interaction, desk.wire)
    if await answer.acknowledge(How.QUIET):
        after = int(pressed.target)
        await _show_page(desk, interaction, answer, typed_on(interaction), after=after)


async def press_open(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """The picture that was chosen, in full."""
    answer = Answer(interaction, desk.wire)
    if not await answer.acknowledge(How.PRIVATE):
        return
    number = read_picture(pressed.chosen[0] if pressed.chosen else pressed.target)
    await show_picture(desk, interaction, answer, number)


async def press_share(desk: Desk, interaction: Interaction, pressed: Press) -> None:
    """One's own picture, for everybody who is there."""
    answer = await desk.opened(interaction, private=False)
    if answer is not None:
        await show_picture(desk, interaction, answer, read_picture(pressed.target))


async def _number_meant(desk: Desk, interaction: Interaction, typed: Typed) -> int | None:
    """Whoever types nothing but the number of a picture of theirs wants to see that one."""
    found = A_NUMBER.fullmatch(plain_number(typed.get("words", "")))
    if found is None or len(typed) > 1:
        return None
    try:
        await desk.app.gallery.show(owner_of(interaction), int(found[1]))
    except NotFound:
        return None
    return int(found[1])


async def _show_page(
    desk: Desk,
    interaction: Interaction,
    answer: Answer,
    typed: Typed,
    *,
    before: int | None = None,
    after: int | None = None,
) -> None:
    gallery, owner, search = desk.app.gallery, owner_of(interaction), search_of(typed)
    # One more than is shown says whether there are more.
    most = looks_history.MOST
    page = partial(gallery.page, owner, search, most=most + 1)
    if after is not None and len(found := await page(after=after)) > most:
        there, newer, older = found[1:], True, True
    elif before is not None and (found := await page(before=before)):
        there, newer, older = found[:most], True, len(found) > most
    else:
        # Also where those next to a number are not enough: nobody wants to see half a page.
        found = await page()
        there, newer, older = found[:most], False, len(found) > most
    previews = await _previews(desk, there)
    place = None
    if there:
        count = partial(gallery.count, owner, search, most=looks_history.MOST_COUNTED + 1)
        place = Amid(newer=await count(after=there[0].number), all=await count())
    await answer.show(
        looks_history.page(there, previews, typed, newer=newer, older=older, place=place)
    )


async def _previews(desk: Desk, pictures: Sequence[Remembered]) -> dict[int, bytes]:
    """By number; what has no file any more has none."""
    previews = {}
    for picture in pictures:
        try:
            png = await desk.app.ledger.file(picture.file)
        except NotFound:
            log.info("picture %s has no file any more", picture.number)
        else:
            previews[picture.number] = await looks_history.previewed(png)
    return previews
