"""Which buttons a result has, and who may press them."""

from collections.abc import Sequence

import pytest

from bot.discord.looks import job as looks
from bot.discord.looks.actions import actions, tiles_of
from bot.discord.messages.parts import GALLERY, ROW, SELECT, Part
from tests.bot.discord.conftest import Easel
from tests.bot.discord.jobs import REPLY, a_job, the_pictures
from tests.bot.discord.results import forge, labels, owner, painted, pictures, result
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, MORGAN


def targets(parts: Sequence[Part]) -> list[str]:
    """All custom ids without the job, in reading order."""
    found = [one for part in parts if part["type"] == ROW for one in part["components"]]
    return [one["custom_id"].replace("easel:", "") for one in found]


def test_each_of_four_tiles_has_its_two_buttons() -> None:
    job = a_job(4)

    rows = [[one["label"] for one in part["components"]] for part in actions(job, range(4))]

    assert rows == [
        ["U1", "U2", "U3", "U4"],
        ["V1", "V2", "V3", "V4"],
        ["Re-roll", "Edit", "Favourite", "Info", "Delete"],
    ]


def test_more_than_four_are_chosen_from_two_lists() -> None:
    job = a_job(10)

    upscale, vary, others = actions(job, range(10))

    assert [one["components"][0]["type"] for one in (upscale, vary)] == [SELECT, SELECT]
    assert [one["value"] for one in vary["components"][0]["options"]] == [*map(str, range(10))]
    assert len(others["components"]) == 5


def test_each_message_of_a_split_result_has_the_buttons_of_its_own_tiles() -> None:
    job = a_job(12)

    first, second = looks.ended(job, the_pictures(job), REPLY, each=10**7)

    assert f"upscale:{job.id}" in targets(first.parts)
    assert targets(second.parts)[:4] == [
        *(f"upscale:{job.id}:{tile}" for tile in (10, 11)),
        *(f"vary:{job.id}:{tile}" for tile in (10, 11)),
    ]


def test_a_picture_keeps_its_tile_where_one_before_it_is_gone() -> None:
    job = a_job(3)

    assert tiles_of(job, the_pictures(job)[1:]) == [1, 2]


def test_every_result_stays_under_forty_components() -> None:
    for count in (1, 2, 4, 5, 10, 16, 25):
        job = a_job(count)
        for post in looks.ended(job, the_pictures(job), REPLY, each=10**7):
            inside = sum(len(part.get("components", ())) for part in post.parts)
            assert len(post.parts) + inside <= 40


async def test_a_grid_shows_its_buttons(server: Discord, easel: Easel) -> None:
    grid = await painted(server, easel, "a fox --seed 7 --count 2")

    assert labels(grid) == [
        *("U1", "U2", "V1", "V2"),
        *("Re-roll", "Edit", "Favourite", "Info", "Delete"),
    ]
    assert not server.record.refusals


@pytest.mark.parametrize("action", ["reroll", "vary", "upscale", "edit", "favourite", "info"])
async def test_what_somebody_keeps_to_themselves_is_not_there_for_others(
    server: Discord, easel: Easel, action: str
) -> None:
    await painted(server, easel, private=True)
    [private] = await pictures(easel)
    hen = await painted(server, easel, "a hen", BOB)
    forge(hen, "Info", f"easel:{action}:{private.job}")

    await server.press(BOB, hen, "Info")
    told = await server.message(BOB)

    assert "fox" not in told.text
    assert [recipe.prompt for recipe in easel.painter.painted] == ["a fox", "a hen"]


async def test_favourite_keeps_a_picture_and_lets_it_go(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    await server.press(ALICE, fox, "Favourite")
    kept = await server.message(ALICE, lambda message: "is a favourite now" in message.text)
    [starred] = await pictures(easel)
    again = await server.press(ALICE, fox, "Favourite")
    await server.message(again, lambda message: "no favourite" in message.text)
    [plain] = await pictures(easel)

    assert kept.seen_by == ALICE
    assert (starred.favourite, plain.favourite) == (True, False)


async def test_of_several_one_or_all_are_made_favourites(server: Discord, easel: Easel) -> None:
    grid = await painted(server, easel, "a fox --seed 7 --count 2")

    asked = await server.press(ALICE, grid, "Favourite")
    listed = await server.message(asked, lambda message: "None of these" in message.text)
    await server.select(ALICE, listed, "Make one a favourite, or none any more", "1")
    await server.message(listed, lambda message: "of these: 2" in message.text)
    one = {picture.tile: picture.favourite for picture in await pictures(easel)}
    await server.select(ALICE, listed, "Make one a favourite, or none any more", "all")
    await server.message(listed, lambda message: "of these: 1, 2" in message.text)

    assert one == {0: False, 1: True}
    assert all(picture.favourite for picture in await pictures(easel))


async def test_nobody_else_makes_it_a_favourite(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    await server.press(BOB, fox, "Favourite")

    assert "Only whoever asked" in (await server.message(BOB)).text
    assert not (await pictures(easel))[0].favourite


async def test_show_has_the_buttons_of_that_tile_alone(server: Discord, easel: Easel) -> None:
    await painted(server, easel, "a fox --seed 7 --count 2")
    newest, _ = await pictures(easel)

    asked = await server.command(ALICE, GENERAL, "show", picture=str(newest.number))
    shown = await server.message(asked, lambda message: bool(message.shown))
    pressed = await server.press(ALICE, shown, "Re-roll")
    again = await server.message(pressed, lambda message: bool(message.shown))

    assert shown.seen_by == ALICE
    assert again.seen_by == ALICE
    assert len(again.shown) == 1


async def test_show_shows_it_to_everybody_who_is_there(server: Discord, easel: Easel) -> None:
    await painted(server, easel, private=True)

    asked = await server.command(ALICE, GENERAL, "show", everybody=True)
    shown = await server.message(asked, lambda message: bool(message.shown))
    await server.press(BOB, shown, "Vary")
    refused = await server.message(BOB)

    assert shown.seen_by is None
    assert "Save the picture and use it as a source." in refused.text


async def test_a_result_of_a_button_says_for_whom_it_is(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    again = await result(server, await server.press(BOB, fox, "Re-roll"))

    assert f"<@{BOB.id}>" in again.text
    assert f"<@{ALICE.id}>" not in fox.text


@pytest.mark.parametrize("who", [ALICE, MORGAN], ids=["who shows it", "moderator"])
async def test_what_is_shown_can_be_taken_back(server: Discord, easel: Easel, who: User) -> None:
    await painted(server, easel, private=True)
    shown = await result(server, await server.command(ALICE, GENERAL, "show", everybody=True))

    await server.press(BOB, shown, "Delete")
    refused = await server.message(BOB)
    still_there = not shown.deleted
    await server.press(who, shown, "Delete")
    await server.until(lambda: shown.deleted, "the end of the message")

    assert "Only whoever asked for it" in refused.text
    assert still_there
    assert await pictures(easel)


@pytest.mark.parametrize("command", ["reroll", "vary", "upscale"])
async def test_what_was_private_is_shown_to_nobody_unasked(
    server: Discord, easel: Easel, command: str
) -> None:
    await painted(server, easel, private=True)

    await server.command(ALICE, GENERAL, command)
    refused = await server.message(ALICE, lambda message: "Only you have seen" in message.text)
    kept = await result(server, await server.command(ALICE, GENERAL, command, private=True))
    told = await result(server, await server.command(ALICE, GENERAL, command, private=False))

    assert refused.seen_by == ALICE
    assert kept.seen_by == ALICE
    assert told.seen_by is None


async def test_buttons_of_what_was_forgotten_say_so(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)
    await easel.app.gallery.forget(owner(ALICE))

    for button in ("Re-roll", "Edit"):
        pressed = await server.press(ALICE, fox, button)
        told = await server.message(pressed, lambda message: bool(message.text))
        assert "not kept any more" in told.text


async def test_who_cannot_see_a_picture_is_told_what_is_on_it(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel, "a fox **in** snow --seed 7")

    [gallery] = [part for part in fox.now.components if part["type"] == GALLERY]

    assert [item["description"] for item in gallery["items"]] == ["a fox **in** snow"]


async def unknown(server: Discord, easel: Easel) -> Message:
    """A result of Alice's of which the database knows nothing any more."""
    fox = await painted(server, easel)
    forge(fox, "Delete", f"easel:delete:{'0' * 32}")
    return fox


@pytest.mark.parametrize("who", [ALICE, MORGAN], ids=["asker", "moderator"])
async def test_a_message_of_which_nothing_is_known_can_be_taken_away(
    server: Discord, easel: Easel, who: User
) -> None:
    fox = await unknown(server, easel)

    await server.press(who, fox, "Delete")

    await server.until(lambda: fox.deleted, "the end of the message")


async def test_a_stranger_takes_away_nothing_of_which_nothing_is_known(
    server: Discord, easel: Easel
) -> None:
    fox = await unknown(server, easel)

    await server.press(BOB, fox, "Delete")
    told = await server.message(BOB)

    assert "Only whoever asked for it" in told.text
    assert not fox.deleted
