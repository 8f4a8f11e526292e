"""How careful Easel is by where it is asked: the channel, its kind, the server, or nowhere."""

from pathlib import Path
from typing import Any

import pytest

from bot.settings import Settings
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import did
from tests.discord_server.nouns import Channel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GALLERY, GENERAL, GROWN_UPS


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Nothing is looked at but where a server wants it."""
    return settings.model_copy(update={"safety_model": Path("checker")})


async def painted_in(server: Discord, easel: Easel, channel: Channel) -> str | None:
    """Under which measure a picture is painted there."""
    before = len(easel.painter.painted)
    asked = await server.command(ALICE, channel, "imagine", prompt="a fox", seed=7)
    await server.message(asked, lambda message: bool(message.shown))
    [recipe] = easel.painter.painted[before:]
    return recipe.safety


async def test_each_channel_has_the_safety_that_was_set_for_it(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await did(server, "channel", safety="refuse", safety_adult="mark")
    told = await did(server, "channel", channel=GALLERY, safety="blur")

    painted = [await painted_in(server, easel, each) for each in (GENERAL, GROWN_UPS, GALLERY)]
    direct = await painted_in(server, easel, server.direct(ALICE))

    assert painted == ["refuse", "mark", "blur"]
    assert direct is None
    assert "**safety**: refuse" in told
    assert "<#5002> blur" in told


async def test_what_was_set_for_a_channel_is_taken_back(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    await did(server, "channel", channel=GALLERY, safety="blur")

    told = await did(server, "channel", channel=GALLERY, safety="default")

    assert await painted_in(server, easel, GALLERY) is None
    assert "**safety of channels**: as in the others" in told


async def test_a_channel_that_becomes_age_restricted_is_one_at_once(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await did(server, "channel", safety_adult="mark")
    grown_up: dict[str, Any] = {"id": GENERAL.id, "name": GENERAL.name, "guild": GENERAL.guild}
    server.put_channel(Channel(**grown_up, age_restricted=True))

    assert await painted_in(server, easel, GENERAL) == "mark"


async def test_what_was_painted_under_less_is_not_answered_from_history(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await did(server, "channel", channel=GALLERY, safety="blur")

    first = await painted_in(server, easel, GENERAL)
    second = await painted_in(server, easel, GALLERY)

    assert (first, second) == (None, "blur")


async def test_what_was_painted_under_less_is_shown_to_nobody_there(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await did(server, "channel", channel=GALLERY, safety="blur")
    await painted_in(server, easel, GENERAL)
    page = await server.message(await server.command(ALICE, GALLERY, "history"))

    opened = await server.select(ALICE, page, "See one in full", "1")
    whole = await server.message(opened, lambda message: bool(message.shown))
    pressed = await server.press(ALICE, whole, "Show it to everybody here")
    shared = await server.message(pressed, lambda message: "less was done" in message.text)
    asked = await server.command(ALICE, GALLERY, "show", everybody=True)
    shown = await server.message(asked, lambda message: "less was done" in message.text)

    assert shared.seen_by == shown.seen_by == ALICE
    assert server.messages(GALLERY) == []


async def test_what_a_server_would_not_let_be_asked_for_is_shown_to_nobody_there(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    await painted_in(server, easel, server.direct(ALICE))
    await did(server, "filter", do="add", word="fox")

    asked = await server.command(ALICE, GENERAL, "show", everybody=True)
    refused = await server.message(asked, lambda message: "refuses the word" in message.text)

    assert refused.seen_by == ALICE
    assert "look at it alone" in refused.text.lower()
    assert server.messages(GENERAL) == []
