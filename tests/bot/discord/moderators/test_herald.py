"""What is done at the terminal, or while nobody serves, is told in the audit channel, and once."""

from dataclasses import replace

import pytest

from bot.app import open_accounts
from bot.discord.start import Tempo
from bot.quota import Quota
from bot.settings import Settings
from engine.accounts import Act
from engine.clock import utc_now
from tests.bot.discord.conftest import HURRIED, Easel, OpenEasel
from tests.bot.discord.moderator import did, put_elsewhere_too
from tests.discord_server.faults import RESET, status
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, AUDIT

PERSON = "discord:2001"


@pytest.fixture
def tempo() -> Tempo:
    return replace(HURRIED, deeds_s=0.02)


async def grant(settings: Settings, why: str) -> None:
    async with open_accounts(settings) as accounts:
        await Quota(accounts=accounts).grant(PERSON, "5", None, why)


def texts(server: Discord) -> list[str]:
    return [message.text for message in server.messages(AUDIT)]


async def told(server: Discord, why: str) -> None:
    await server.message(AUDIT, lambda message: why in message.text)


async def test_a_deed_at_the_terminal_is_told_by_who_serves(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    await did(server, "channel", audit=AUDIT)
    await grant(settings, "a prize")

    await told(server, "a prize")
    await did(server, "block", person=ALICE, reason="spam")
    await told(server, "spam")

    first, second, third = texts(server)
    assert "audit channel" in first
    assert "local: grant, <@2001>" in second
    assert "<@2003>: block, <@2001>" in third


async def test_what_was_done_while_nobody_served_is_told_at_the_next_start_and_once(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    await_later = ("one", "two", "three")
    async with open_easel():
        await did(server, "channel", audit=AUDIT)
        await grant(settings, "before")
        await told(server, "before")
    for why in await_later:
        await grant(settings, why)

    for _ in range(2):
        async with open_easel():
            await told(server, "three")

    assert [text.rpartition("because: ")[2] for text in texts(server)[1:]] == [
        "before",
        *await_later,
    ]


@pytest.mark.parametrize("fault", [RESET, status(503, after=True)])
async def test_it_is_told_once_however_often_that_goes_wrong(
    server: Discord, easel: Easel, settings: Settings, fault: object
) -> None:
    await did(server, "channel", audit=AUDIT)
    await told(server, "audit channel")
    server.fail(Route.SEND, fault, times=8)  # type: ignore[arg-type]  # parametrize has no types

    await grant(settings, "a prize")
    await told(server, "a prize")
    await grant(settings, "another")
    await told(server, "another")

    assert len(texts(server)) == 3


async def test_the_first_start_tells_nothing_of_before(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    await grant(settings, "long ago")

    async with open_easel():
        await did(server, "channel", audit=AUDIT)
        await told(server, "audit channel")

    assert len(texts(server)) == 1


async def test_of_a_bot_on_several_servers_only_what_concerns_one_is_told_there(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    await did(server, "channel", audit=AUDIT)
    await put_elsewhere_too(server)
    await grant(settings, "nobody's business")
    async with open_accounts(settings) as accounts:
        act = Act(who="local", at=utc_now(), why="theirs")
        await accounts.note("server discord:3001", "settings", act, {})
    await told(server, "theirs")

    assert len(texts(server)) == 2


async def test_what_is_done_in_another_database_is_told_too(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    file = settings.data_dir / "discord" / "deeds"
    async with open_easel():
        await did(server, "channel", audit=AUDIT)
        await told(server, "audit channel")
    file.write_bytes(b"4711")

    async with open_easel():
        await grant(settings, "a prize")
        await told(server, "a prize")

    assert len(texts(server)) == 2


async def test_a_file_that_cannot_be_read_begins_anew(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    file = settings.data_dir / "discord" / "deeds"
    async with open_easel():
        await did(server, "channel", audit=AUDIT)
        await told(server, "audit channel")
    file.write_bytes(b"\xff\x00")

    async with open_easel():
        await grant(settings, "a prize")
        await told(server, "a prize")

    assert len(texts(server)) == 2
