"""What moderators did is kept, shown, and told in a channel."""

from dataclasses import replace

from bot.discord.looks.deeds import told as deed_told
from engine.accounts import Deed
from engine.clock import utc_now
from engine.job import Status
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import ACT, did
from tests.discord_server.faults import status
from tests.discord_server.message import Message
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    AUDIT,
    GENERAL,
    MORGAN,
)


async def test_every_deed_is_told_in_the_audit_channel(server: Discord, easel: Easel) -> None:
    await did(server, "channel", audit=AUDIT)
    await did(server, "block", person=ALICE, reason="@everyone spam", length="2h")
    await did(server, "filter", do="add", word="naked")

    told = await server.message(AUDIT, lambda message: "naked" in message.text)

    first, second, third = (message.text for message in server.messages(AUDIT))
    assert "<@2003>: settings, this server" in first
    assert "<@2003>: block, <@2001>" in second
    assert r"because: \@everyone spam" in second
    assert third == told.text
    assert "refused words" in third
    assert not any(message.pings for message in server.messages(AUDIT))


async def test_a_channel_that_is_gone_stops_no_deed(server: Discord, easel: Easel) -> None:
    await did(server, "channel", audit=AUDIT)
    await server.message(AUDIT)
    server.drop_channel(AUDIT)

    told = await did(server, "block", person=ALICE, reason="spam")
    await server.until(lambda: 404 in server.requests(Route.SEND), "a try to tell it")
    again = await did(server, "unblock", person=ALICE)

    assert "may ask for nothing" in told
    assert "may ask again" in again


async def test_one_moderator_hears_that_the_audit_channel_is_gone(
    server: Discord, easel: Easel
) -> None:
    await did(server, "channel", audit=AUDIT)
    await server.message(AUDIT)
    server.drop_channel(AUDIT)

    asked = await server.command(MORGAN, GENERAL, "mod block", person=ALICE, reason="spam")
    first = await server.message(asked, lambda message: "The audit channel is gone" in message.text)
    asked = await server.command(MORGAN, GENERAL, "mod unblock", person=ALICE)
    second = await server.message(asked)
    await server.until(lambda: server.requests(Route.SEND).count(404) == 2, "a try to tell it")
    shown = await did(server, "channel")

    assert "may ask for nothing" in first.text
    assert second.text == "<@2001> may ask again."
    assert "**audit channel**: <#5004> (it is gone, or I may not write there)" in shown


async def test_a_deed_whose_telling_was_lost_on_the_way_is_told_once(
    server: Discord, easel: Easel
) -> None:
    await did(server, "channel", audit=AUDIT)
    await server.message(AUDIT)
    server.fail(Route.SEND, status(503, after=True), times=2)

    await did(server, "block", person=ALICE, reason="spam")
    await server.until(lambda: server.requests(Route.SEND).count(200) == 2, "a try that got by")

    assert len(server.messages(AUDIT)) == 2


async def test_what_a_moderator_cancels_is_in_the_audit(server: Discord, easel: Easel) -> None:
    await did(server, "channel", audit=AUDIT)
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.buttons))

    await server.press(MORGAN, message, "Cancel")
    told = await server.message(AUDIT, lambda message: "cancel" in message.text)

    [deed] = await easel.app.accounts.audit(whom="discord:2001")
    job = await easel.app.ledger.job(deed.details["job"])
    assert (deed.who, deed.what, job.status) == ("discord:2003", "cancel", Status.CANCELLED)
    assert "<@2003>: cancel, <@2001>" in told.text
    link = f"https://discord.com/channels/3001/{message.channel.id}/{message.id}"
    assert told.text.endswith(link)
    assert job.id not in told.text


def test_a_deed_of_before_names_its_job_in_short() -> None:
    deed = Deed(
        id=1,
        at=utc_now(),
        who="discord:1",
        whom="discord:2",
        what="cancel",
        details={"job": "0123456789abcdef" * 2, "server": "discord:3"},
        why="",
    )

    assert deed_told(deed).parts[0]["content"].endswith("cancel, <@2> · job 01234567")


async def test_what_people_cancel_themselves_is_nothing_that_a_moderator_did(
    server: Discord, easel: Easel
) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.buttons))

    await server.press(ALICE, message, "Cancel")
    await server.message(asked, lambda message: "Cancelled" in message.text)

    assert not await easel.app.accounts.audit()


async def test_the_audit_has_pages(server: Discord, easel: Easel) -> None:
    for number in range(10):
        await easel.app.accounts.note("discord:2001", f"deed {number}", ACT, {})
    await easel.app.accounts.note("discord:2002", "other", ACT, {})

    asked = await server.command(MORGAN, GENERAL, "mod audit", person=ALICE)
    page = await server.message(asked)
    newest = page.text
    pressed = await server.press(MORGAN, page, "Older")
    await server.message(page, lambda message: "deed 0" in message.text)
    older = page.text
    await server.press(MORGAN, page, "Newest")
    await server.message(page, lambda message: "deed 9" in message.text)

    assert ["deed 9" in newest, "deed 2" in newest, "deed 1" in newest] == [True, True, False]
    assert ["deed 1" in older, "deed 0" in older, "deed 2" in older] == [True, True, False]
    assert "other" not in newest + older
    assert pressed.took is not None


async def _older(server: Discord, page: Message) -> str:
    before = page.text
    await server.press(MORGAN, page, "Older")
    await server.message(page, lambda message: message.text != before)
    return page.text


async def test_no_deed_is_hidden_by_the_long_reasons_of_others(
    server: Discord, easel: Easel
) -> None:
    for number in range(10):
        act = replace(ACT, why="(" * 400)
        await easel.app.accounts.note("discord:2001", f"deed {number}!", act, {})

    page = await server.message(await server.command(MORGAN, GENERAL, "mod audit"))
    seen = page.text
    while any(button.label == "Older" for button in page.buttons):
        seen += await _older(server, page)

    assert [seen.count(f"deed {number}!") for number in range(10)] == [1] * 10


async def test_a_message_that_a_moderator_deletes_is_in_the_audit(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await did(server, "channel", audit=AUDIT)
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    message = await server.message(asked, lambda message: bool(message.shown))

    await server.press(MORGAN, message, "Delete")
    await server.message(AUDIT, lambda message: "delete message" in message.text)

    [deed] = await easel.app.accounts.audit(whom="discord:2001")
    assert (deed.who, deed.what) == ("discord:2003", "delete message")
