"""What an earlier program acknowledged and did not answer is answered by the next one, once."""

import time
from pathlib import Path

import pytest

from bot.discord.arrival.journal import Journal
from bot.discord.arrival.pending import Pending
from bot.discord.delivery.reply import Reply
from bot.settings import Settings
from tests.bot.discord.arrival.test_journal import killed
from tests.bot.discord.conftest import OpenEasel
from tests.discord_server.faults import RESET, RESET_AFTER, Fault, status
from tests.discord_server.interaction import Interaction
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, MORGAN
from tests.discord_server.world import APPLICATION
from tests.engine.house import until


def left_unanswered(
    settings: Settings, asked: Interaction, *, deed: bool = False, lasts_s: float = 600
) -> None:
    """As a program does that is killed then."""
    reply = Reply(
        application=APPLICATION,
        token=asked.token,
        expires=time.time() + lasts_s,
        user=asked.user.id,
        channel=GENERAL.id,
        upload_limit=10**6,
        language="de",
    )
    journal = Journal(settings.data_dir / "discord")
    journal.begin(Pending(id=asked.id, reply=reply, deed=deed))
    killed(journal)


@pytest.mark.parametrize("fault", [RESET, RESET_AFTER, status(503)])
async def test_it_is_told_in_its_language_however_often_that_goes_wrong(
    server: Discord, open_easel: OpenEasel, settings: Settings, fault: Fault
) -> None:
    async with open_easel():
        asked = await server.command(ALICE, GENERAL, "quota")
        await server.message(asked)
    left_unanswered(settings, asked)
    server.fail(Route.EDIT_ORIGINAL, fault, times=7)

    async with open_easel():
        message = await server.message(asked, lambda one: "neu gestartet" in one.text)

    assert "abgezogen wurde nichts" in message.text


async def test_what_may_have_changed_something_is_looked_after_first(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    async with open_easel():
        asked = await server.command(MORGAN, GENERAL, "quota")
        await server.message(asked)
    left_unanswered(settings, asked, deed=True)

    async with open_easel():
        await server.message(asked, lambda one: "Sieh nach" in one.text)


async def test_a_job_that_was_recorded_is_told_as_ever(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    async with open_easel():
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
        await server.message(asked)
    left_unanswered(settings, asked)

    async with open_easel() as easel:
        easel.painter.gate.set()
        message = await server.message(asked, lambda one: bool(one.shown))
        await until(lambda: not left_in(settings, asked))

    assert not [one for one in message.versions if "neu gestartet" in str(one)]


async def test_nobody_is_told_when_the_token_is_over(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    async with open_easel():
        asked = await server.command(ALICE, GENERAL, "quota")
        before = (await server.message(asked)).text
    left_unanswered(settings, asked, lasts_s=-1)

    async with open_easel():
        pass

    assert asked.messages[0].text == before
    assert journals(settings) == []


async def test_what_is_answered_is_not_pending(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    async with open_easel():
        for name in ("quota", "models", "queue"):
            asked = await server.command(ALICE, GENERAL, name)
            await server.message(asked)
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", size="large")
        await server.message(asked)

    assert journals(settings) == []


def journals(settings: Settings) -> list[Path]:
    return list((settings.data_dir / "discord").glob("*.journal"))


def left_in(settings: Settings, asked: Interaction) -> bool:
    return any(f'"id": {asked.id}, "over"' not in file.read_text() for file in journals(settings))
