"""Pictures of one's own, shown to others or to oneself alone."""

from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import did
from tests.bot.discord.results import painted
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL


async def test_who_is_blocked_shows_nothing_to_others(server: Discord, easel: Easel) -> None:
    await painted(server, easel)
    asked = await server.command(ALICE, GENERAL, "history", words="1")
    full = await server.message(asked)
    await did(server, "block", person=ALICE, reason="spam")
    before = server.messages(GENERAL)

    shown = await server.command(ALICE, GENERAL, "show", everybody=True)
    shared = await server.press(ALICE, full, "Show it to everybody here")
    told = [await server.message(one, lambda one: bool(one.seen_by)) for one in (shown, shared)]

    assert ["You are blocked" in one.text for one in told] == [True, True]
    assert server.messages(GENERAL) == before


async def test_who_is_blocked_may_look_at_what_is_theirs(server: Discord, easel: Easel) -> None:
    await painted(server, easel)
    await did(server, "block", person=ALICE, reason="spam")

    asked = await server.command(ALICE, GENERAL, "show")
    message = await server.message(asked, lambda message: bool(message.shown))

    assert message.seen_by == ALICE
