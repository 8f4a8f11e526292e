"""What the buttons do, for whom, and after a restart."""

import pytest

from engine.job import Owner
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, MORGAN, PLAZA, TRAVELLER


def _owner(user: User) -> Owner:
    return Owner(id=f"discord:{user.id}")


async def painted(server: Discord, easel: Easel, user: User = ALICE) -> Message:
    easel.painter.gate.set()
    asked = await server.command(user, GENERAL, "imagine", prompt="a fox", seed=7)
    return await server.message(asked, lambda message: bool(message.shown))


async def begun(server: Discord, user: User, prompt: str) -> Message:
    asked = await server.command(user, GENERAL, "imagine", prompt=prompt)
    return await server.message(asked, lambda message: bool(message.buttons))


@pytest.mark.parametrize("who", [ALICE, MORGAN], ids=["owner", "moderator"])
async def test_cancel_hits_that_job_only(server: Discord, easel: Easel, who: User) -> None:
    fox = await begun(server, ALICE, "a fox")
    hen = await begun(server, ALICE, "a hen")

    await server.press(who, fox, "Cancel")
    await server.message(fox, lambda message: "Cancelled" in message.text)
    easel.painter.gate.set()
    await server.message(hen, lambda message: bool(message.shown))

    assert [recipe.prompt for recipe in easel.painter.withdrawn] == ["a fox"]
    assert [recipe.prompt for recipe in easel.painter.painted] == ["a hen"]


async def test_one_that_waits_in_line_can_be_cancelled(server: Discord, easel: Easel) -> None:
    await begun(server, ALICE, "a fox --count 2")
    hen = await begun(server, BOB, "a hen")

    await server.press(BOB, hen, "Cancel")
    await server.message(hen, lambda message: "Cancelled" in message.text)

    assert len(easel.painter.painting) == 2


async def test_a_stranger_cancels_nothing(server: Discord, easel: Easel) -> None:
    fox = await begun(server, ALICE, "a fox")

    await server.press(BOB, fox, "Cancel")
    told = await server.message(BOB)
    easel.painter.gate.set()

    assert "Only whoever asked for it" in told.text
    assert (await server.message(fox, lambda message: bool(message.shown))).shown


async def test_a_moderator_of_another_server_is_a_stranger(server: Discord, easel: Easel) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "imagine", prompt="a fox")
    fox = await server.message(asked, lambda message: bool(message.buttons))
    [job] = await easel.app.ledger.unfinished()
    hen = await begun(server, MORGAN, "a hen")
    button = hen.component("Cancel")
    assert button is not None
    button["custom_id"] = f"easel:cancel:{job.id}"

    await server.press(MORGAN, hen, "Cancel")

    assert "Only whoever asked for it" in (await server.message(MORGAN)).text
    assert "Cancelled" not in fox.text


async def test_reroll_paints_the_same_words_by_another_seed_for_whoever_presses(
    server: Discord, easel: Easel
) -> None:
    fox = await painted(server, easel)

    pressed = await server.press(BOB, fox, "Re-roll")
    again = await server.message(pressed, lambda message: bool(message.shown))

    first, second = easel.painter.painted
    assert (first.prompt, first.steps) == (second.prompt, second.steps)
    assert first.seed != second.seed
    assert again is not fox
    [job] = await easel.app.gallery.page(_owner(BOB))
    assert job.recipe.seed == second.seed


async def test_a_press_that_is_told_twice_paints_once(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    pressed = await server.press(BOB, fox, "Re-roll")
    await server.again(pressed, times=2)
    await server.message(pressed, lambda message: bool(message.shown))
    info = await server.press(BOB, fox, "Info")
    await server.message(info)

    assert len(easel.painter.painted) == 2


async def test_info_shows_the_recipe_to_whoever_asks(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    pressed = await server.press(BOB, fox, "Info")
    message = await server.message(pressed)

    assert "**Seed** 7" in message.text
    assert message.seen_by == BOB


@pytest.mark.parametrize("who", [ALICE, MORGAN], ids=["owner", "moderator"])
async def test_delete_takes_the_message_away_and_leaves_the_history(
    server: Discord, easel: Easel, who: User
) -> None:
    fox = await painted(server, easel)

    await server.press(who, fox, "Delete")
    await server.until(lambda: fox.deleted, "the end of the message")

    assert len(await easel.app.gallery.page(_owner(ALICE))) == 1


async def test_a_stranger_deletes_nothing(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    await server.press(BOB, fox, "Delete")

    assert "Only whoever asked for it" in (await server.message(BOB)).text
    assert not fox.deleted


async def test_buttons_work_after_a_restart(server: Discord, open_easel: OpenEasel) -> None:
    async with open_easel() as easel:
        fox = await painted(server, easel)

    async with open_easel() as easel:
        easel.painter.gate.set()
        pressed = await server.press(ALICE, fox, "Re-roll")
        again = await server.message(pressed, lambda message: bool(message.shown))

    assert "a fox" in again.text


async def test_a_button_of_a_newer_easel_is_explained(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)
    button = fox.component("Info")
    assert button is not None
    button["custom_id"] = button["custom_id"].replace("info", "frame")

    await server.press(BOB, fox, "Info")

    assert "another version" in (await server.message(BOB)).text


async def test_who_waits_sees_how_many_go_first_and_when_it_is_there(
    server: Discord, easel: Easel
) -> None:
    await begun(server, ALICE, "a fox --count 2")
    await begun(server, BOB, "a hen")

    owl = await begun(server, MORGAN, "an owl")

    assert "1 picture ahead of you. It should be there <t:" in owl.text
    assert [button.label for button in owl.buttons] == ["Cancel"]


async def test_who_is_painted_for_sees_how_far_it_is(server: Discord, easel: Easel) -> None:
    fox = await begun(server, ALICE, "a fox")

    message = await server.message(fox, lambda message: "Painting … 25 %" in message.text)

    assert [button.label for button in message.buttons] == ["Cancel"]
