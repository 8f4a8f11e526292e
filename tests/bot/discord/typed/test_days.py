"""Days as people type them in their language, and as they are offered."""

from datetime import UTC, datetime

import pytest

from bot.days import DAYS_AGO
from bot.discord.speech.words import CATALOGUES, speaking
from bot.discord.typed.days import read_day
from engine.errors import InvalidRequest
from tests.bot.discord.commands.test_history import look, paint
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "typed", "day"),
    [
        ("en", "today", "2026-11-21"),
        ("en", "2026-11-20", "2026-11-20"),
        ("en", "20.11.2026", "2026-11-20"),
        ("en", "2026/1/5", "2026-01-05"),
        ("en", "2026-05-31 18:00", "2026-05-31 18:00"),
        ("de", "Gestern", "2026-11-20"),
        ("de", "yesterday", "2026-11-20"),
        ("de", "5.6.2026", "2026-06-05"),
        ("es", "05/06/2026", "2026-06-05"),
        ("fr", "la semaine  dernière", "2026-11-14"),
        ("ja", "２０２６年１１月２０日", "2026-11-20"),
        ("ja", "先週", "2026-11-14"),
        ("pt-BR", "mês passado", "2026-10-22"),
        ("zh-CN", "昨天", "2026-11-20"),
    ],
)
def test_a_day_is_read_as_it_is_said_there(language: str, typed: str, day: str) -> None:
    with speaking(language):
        assert read_day(typed, NOW) == day


@pytest.mark.parametrize("typed", ["someday", "05/06/2026", "2026-13-01", "31.02.2026", "", "7"])
def test_what_is_no_day_is_refused_with_how_to_write_one(typed: str) -> None:
    with pytest.raises(InvalidRequest, match="Write it like 2026-05-31, or yesterday"):
        read_day(typed, NOW)


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_word_that_is_offered_is_read(language: str) -> None:
    with speaking(language):
        read = [
            read_day(CATALOGUES[language][f"history.days.{name.replace(' ', '_')}"], NOW)
            for name in DAYS_AGO
        ]

    assert read == ["2026-11-21", "2026-11-20", "2026-11-14", "2026-10-22"]


async def test_days_are_offered_in_the_language_of_who_types(server: Discord, easel: Easel) -> None:
    offered = await server.autocomplete(ALICE, GENERAL, "history", "since", "ye")

    assert [choice["name"] for choice in offered] == ["yesterday"]


async def test_what_was_looked_for_stands_there_as_a_day(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a red fox")

    assert "since: 20" in (await look(server, since="last month")).text
    assert "1 picture" in (await look(server, since="yesterday")).text
    assert "like that" in (await look(server, until="last week")).text
