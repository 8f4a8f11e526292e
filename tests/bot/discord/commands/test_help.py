"""What a newcomer reads and presses, and what a new server is told."""

from dataclasses import replace

import pytest

from bot.discord.looks.help import TOPICS
from engine.accounts import Act
from engine.clock import utc_now
from engine.job import Owner
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.drop import Drop
from tests.discord_server.faults import status
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, Guild, Member, Overwrite
from tests.discord_server.permissions import Permission
from tests.discord_server.portrait import guild_of
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    BOB,
    BOT,
    ELSEWHERE,
    GENERAL,
    PLAZA,
    STRICT,
    TRAVELLER,
)

ALICE_S = Owner(id="discord:2001")
SHUT = (Overwrite(whom=BOT.id, of_member=True, deny=int(Permission.SEND_MESSAGES)),)
SILENT = replace(PLAZA, overwrites=SHUT)
JOINED = replace(ELSEWHERE, has_app=True, members=(*ELSEWHERE.members, Member(user=BOT)))


async def help_of(server: Discord, **options: str) -> Message:
    message = await server.message(await server.command(ALICE, GENERAL, "help", **options))
    assert message.seen_by == ALICE
    assert not server.record.refusals
    return message


@pytest.mark.parametrize("topic", TOPICS)
async def test_every_topic_can_be_asked_for_and_chosen(
    server: Discord, easel: Easel, topic: str
) -> None:
    asked = await help_of(server, topic=topic)
    chosen = await help_of(server)

    await server.select(ALICE, chosen, "What else would you like to know?", topic)
    await server.message(chosen, lambda message: message.text == asked.text)

    assert asked.text.startswith("**")


async def test_a_command_can_be_clicked(server: Discord, easel: Easel) -> None:
    [imagine] = [one for one in server.commands if one["name"] == "imagine"]

    assert f"</imagine:{imagine['id']}>" in (await help_of(server)).text
    # One with subcommands cannot.
    assert "`/mod`" in (await help_of(server, topic="moderators")).text


async def test_commands_that_discord_did_not_take_can_still_be_typed(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        pass
    server.fail(Route.SYNC, status(400))

    async with open_easel():
        assert "`/imagine`" in (await help_of(server)).text


async def test_the_example_is_one_click_and_nobody_elses(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    message = await help_of(server)

    asked = await server.press(ALICE, message, "Paint me an example")
    picture = await server.message(asked, lambda message: bool(message.shown))

    assert "a red boat on the sea at sunset" in picture.text
    assert picture.seen_by == ALICE


async def test_all_that_is_ones_own_is_deleted_after_a_yes(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    for user in (ALICE, BOB):
        asked = await server.command(user, GENERAL, "imagine", prompt="a fox")
        await server.message(asked, lambda message: bool(message.shown))
    privacy = await help_of(server, topic="privacy")

    question = await server.message(await server.press(ALICE, privacy, "Delete all that is mine"))
    there = await easel.app.gallery.page(ALICE_S)
    await server.press(ALICE, question, "Yes, delete all of it")
    await server.message(question, lambda message: "All of it is deleted" in message.text)

    assert len(there) == 1
    assert await easel.app.gallery.page(ALICE_S) == []
    assert len(await easel.app.gallery.page(Owner(id="discord:2002"))) == 1


async def test_a_no_leads_back_and_deletes_nothing(server: Discord, easel: Easel) -> None:
    privacy = await help_of(server, topic="privacy")
    question = await server.message(await server.press(ALICE, privacy, "Delete all that is mine"))

    await server.press(ALICE, question, "No")

    await server.message(question, lambda message: "Your first picture" in message.text)


async def test_a_new_server_is_told_what_to_type_once_for_ever(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        server.put_guild(JOINED)
        hello = await server.message(PLAZA)
        server.dispatch("GUILD_CREATE", guild_of(JOINED, BOT))
        visits = len(server.doors.visits)
        server.drop(Drop.INVALID)
        await server.ready(visits + 1)
    async with open_easel() as easel:
        await beyond_all_that_was_told(server, easel)

    assert "</imagine:" in hello.text
    assert server.messages(PLAZA) == [hello]
    assert server.messages(GENERAL) == []
    assert not hello.pings


async def test_a_newcomer_gets_a_picture_by_one_click_on_it(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    server.put_guild(JOINED)
    hello = await server.message(PLAZA)

    asked = await server.press(BOB, hello, "Paint me an example")
    picture = await server.message(asked, lambda message: bool(message.shown))
    more = await server.message(await server.press(TRAVELLER, hello, "How does it work?"))

    assert picture.seen_by is None
    assert more.seen_by == TRAVELLER
    assert "Your first picture" in more.text


@pytest.mark.parametrize(
    ("guild", "where"),
    [
        (JOINED, PLAZA),
        (replace(JOINED, system_channel=STRICT.id), STRICT),
        (replace(JOINED, channels=(SILENT, STRICT)), STRICT),
        (replace(JOINED, channels=(SILENT, STRICT), system_channel=SILENT.id), STRICT),
    ],
    ids=["first", "system", "silent first", "silent system"],
)
async def test_hello_is_said_where_it_may_be(
    server: Discord, easel: Easel, guild: Guild, where: Channel
) -> None:
    server.put_guild(guild)

    assert "Hello" in (await server.message(where)).text
    assert not server.record.refusals


async def test_hello_is_said_only_where_the_server_wants_answers(
    server: Discord, easel: Easel
) -> None:
    act = Act(who="discord:2003", at=utc_now())
    change = {"channels": [str(STRICT.id)]}
    await easel.app.choices.set_settings(f"discord:{JOINED.id}", change, act)

    server.put_guild(JOINED)

    assert "Hello" in (await server.message(STRICT)).text


async def test_a_server_without_a_place_for_it_can_still_be_used(
    server: Discord, easel: Easel
) -> None:
    server.put_guild(replace(JOINED, channels=(SILENT,)))

    asked = await server.command(BOB, PLAZA, "models")

    assert "**book**" in (await server.message(asked)).text
    assert server.messages(PLAZA) == []
    assert not server.record.refusals


async def beyond_all_that_was_told(server: Discord, easel: Easel) -> None:
    """What comes later is answered only after it."""
    await server.message(await server.command(TRAVELLER, PLAZA, "models"))
