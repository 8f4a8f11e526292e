"""The end of a job is told once, whatever breaks on the way."""

from dataclasses import replace

import pytest

from engine.job import Owner
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.faults import OVER_SOON, Fault
from tests.discord_server.interaction import TOKEN_LIFE_S, Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, HERMIT, PLAZA, QUIET, TRAVELLER

SEVERAL = "a {red|blue} fox --seed 7 --count 6"
"""More than one message holds."""
MUTE = replace(GENERAL, overwrites=QUIET.overwrites)


async def split(
    server: Discord, easel: Easel, user: User, channel: Channel, *, private: bool = False
) -> Interaction:
    """Asked for, and on its way by the yes that this answers."""
    easel.painter.gate.set()
    asked = await server.command(user, channel, "imagine", prompt=SEVERAL, private=private)
    question = await server.message(asked, lambda message: "Paint them?" in message.text)
    return await server.press(user, question, "Paint them")


async def begun(
    server: Discord, user: User = ALICE, channel: Channel = GENERAL, *, private: bool = False
) -> Interaction:
    asked = await server.command(user, channel, "imagine", prompt="a fox", private=private)
    await server.message(asked, lambda message: "Painting" in message.text)
    return asked


def finals(server: Discord) -> list[Message]:
    return [message for message in server.all_messages() if message.shown and not message.deleted]


async def told(easel: Easel, server: Discord) -> None:
    """Until nothing is left to be told: a later job, for somebody else, is there."""
    asked = await server.command(HERMIT, GENERAL, "imagine", prompt="a hen")
    await server.message(asked, lambda message: bool(message.shown))


async def test_the_next_program_fills_the_message_of_the_one_before(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        asked = await begun(server)

    async with open_easel() as easel:
        easel.painter.gate.set()
        message = await server.message(asked, lambda message: bool(message.shown))

    assert message is asked.original
    assert finals(server) == [message]
    assert not server.record.refusals


@pytest.mark.parametrize("fault", OVER_SOON.values(), ids=OVER_SOON)
async def test_the_answer_is_filled_once_whatever_goes_wrong_twice(
    server: Discord, easel: Easel, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    asked = await begun(server)

    server.fail(Route.EDIT_ORIGINAL, fault, times=2)
    easel.painter.gate.set()
    message = await server.message(asked, lambda message: bool(message.shown))
    await told(easel, server)

    assert [one for one in finals(server) if "a fox" in one.text] == [message]
    assert len([request for request in server.faults.met if request[1] is fault]) == 2
    assert "could not be told" not in caplog.text


@pytest.mark.parametrize("fault", OVER_SOON.values(), ids=OVER_SOON)
async def test_with_a_dead_token_the_channel_hears_of_it_once(
    server: Discord, easel: Easel, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    await begun(server)
    server.clock.move(TOKEN_LIFE_S)

    server.fail(Route.SEND, fault, times=2)
    easel.painter.gate.set()
    message = await server.message(GENERAL, lambda message: bool(message.shown))
    await told(easel, server)

    assert "For <@2001>:" in message.text
    assert not message.pings
    assert "could not be told" not in caplog.text
    assert [one for one in finals(server) if "a fox" in one.text] == [message]


async def test_an_answer_that_somebody_deleted_is_sent_to_the_channel(
    server: Discord, easel: Easel
) -> None:
    asked = await begun(server)
    assert asked.original is not None
    asked.original.deleted = True

    easel.painter.gate.set()
    message = await server.message(GENERAL, lambda message: bool(message.shown))

    assert message is not asked.original


@pytest.mark.parametrize("private", [False, True])
async def test_what_cannot_go_to_the_channel_is_a_direct_message(
    server: Discord, easel: Easel, private: bool
) -> None:
    await begun(server, private=private)
    server.put_channel(MUTE)
    server.clock.move(TOKEN_LIFE_S)

    easel.painter.gate.set()
    message = await server.message(server.direct(ALICE), lambda message: bool(message.shown))

    assert finals(server) == [message]


async def test_where_nobody_can_be_told_it_waits_in_the_history(
    server: Discord, easel: Easel
) -> None:
    await begun(server, HERMIT, private=True)
    server.clock.move(TOKEN_LIFE_S)

    easel.painter.gate.set()
    await server.until(lambda: 403 in server.requests(Route.SEND), "a refusal")

    assert len(await easel.app.gallery.page(Owner(id=f"discord:{HERMIT.id}"))) == 1
    assert finals(server) == []


async def test_nothing_is_asked_again_where_discord_says_no(server: Discord, easel: Easel) -> None:
    await begun(server, HERMIT)
    server.put_channel(MUTE)
    server.clock.move(TOKEN_LIFE_S)
    before = len(server.requests(Route.EDIT_ORIGINAL))

    easel.painter.gate.set()
    await server.until(lambda: len(server.requests(Route.SEND)) == 2, "two refusals")

    assert server.requests(Route.EDIT_ORIGINAL)[before:] == [401]
    assert server.requests(Route.SEND) == [403, 403]


async def test_all_parts_of_a_private_result_are_for_one_person_where_it_was_asked_for(
    server: Discord, easel: Easel
) -> None:
    agreed = await split(server, easel, ALICE, GENERAL, private=True)

    await server.until(lambda: len(finals(server)) == 2, "both parts")

    assert [len(message.shown) for message in finals(server)] == [10, 2]
    assert {message.seen_by for message in finals(server)} == {ALICE}
    assert {message.channel.id for message in finals(server)} == {GENERAL.id}
    assert [message.shown for message in agreed.follow_ups] == [finals(server)[1].shown]


async def test_where_it_is_nobodys_guest_all_parts_come_by_the_answers_own_way(
    server: Discord, easel: Easel
) -> None:
    agreed = await split(server, easel, TRAVELLER, PLAZA)

    await server.until(lambda: len(finals(server)) == 2, "both parts")

    assert {message.channel.id for message in finals(server)} == {PLAZA.id}
    assert len(agreed.follow_ups) == 1
    assert server.requests(Route.SEND) == []


async def test_the_parts_of_a_public_result_stand_in_the_channel(
    server: Discord, easel: Easel
) -> None:
    await split(server, easel, ALICE, GENERAL)

    await server.until(lambda: len(finals(server)) == 2, "both parts")

    assert len(server.messages(GENERAL)) == 2
    assert [message.nonce is None for message in finals(server)] == [True, False]


async def test_where_it_is_nobodys_guest_a_late_picture_is_a_direct_message(
    server: Discord, easel: Easel
) -> None:
    await begun(server, TRAVELLER, PLAZA)
    server.clock.move(TOKEN_LIFE_S)

    easel.painter.gate.set()
    message = await server.message(server.direct(TRAVELLER), lambda message: bool(message.shown))

    assert finals(server) == [message]
    assert server.requests(Route.SEND) == [200]


async def test_what_said_how_far_it_is_goes_when_its_end_is_told_elsewhere(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        asked = await begun(server)
    server.clock.move(TOKEN_LIFE_S)

    async with open_easel() as easel:
        easel.painter.gate.set()
        message = await server.message(GENERAL, lambda message: bool(message.shown))
        await server.until(lambda: server.messages(GENERAL) == [message], "one message alone")

    assert asked.original is not None
    assert asked.original.deleted


async def test_where_it_cannot_be_taken_away_cancel_takes_the_button_away(
    server: Discord, easel: Easel
) -> None:
    asked = await begun(server, TRAVELLER, PLAZA)
    server.clock.move(TOKEN_LIFE_S)
    easel.painter.gate.set()
    await server.message(server.direct(TRAVELLER), lambda message: bool(message.shown))
    assert asked.original is not None

    await server.press(TRAVELLER, asked.original, "Cancel")
    told = await server.message(asked.original, lambda message: "had ended" in message.text)

    assert told.buttons == []


async def test_cancel_leaves_a_message_that_its_end_can_still_be_told_by(
    server: Discord, easel: Easel
) -> None:
    asked = await begun(server)
    assert asked.original is not None
    cancel = asked.original.component("Cancel")
    assert cancel is not None
    easel.painter.gate.set()
    message = await server.message(asked, lambda message: bool(message.shown))
    delete = message.component("Delete")
    assert delete is not None
    delete["custom_id"] = cancel["custom_id"]

    await server.press(ALICE, message, "Delete")
    told = await server.message(ALICE)

    assert "had ended already" in told.text
    assert message.shown
