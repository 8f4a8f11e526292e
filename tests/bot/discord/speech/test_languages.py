"""Who is answered in which language, and what the commands are called there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from bot.discord.speech.words import CATALOGUES, language_of
from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.moderator import did
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, AUDIT, GENERAL, GRETA, PICTURES

GERMAN, FRENCH = CATALOGUES["de"], CATALOGUES["fr"]
SLASH_NAME = re.compile(r"[-_\w]{1,32}")


async def painted(server: Discord, easel: Easel, who: User = GRETA) -> Message:
    easel.painter.gate.set()
    asked = await server.command(who, GENERAL, "imagine", prompt="a fox")
    return await server.message(asked, lambda message: bool(message.shown))


async def test_everybody_is_answered_in_their_own_language(server: Discord, easel: Easel) -> None:
    hers, his = await painted(server, easel), await painted(server, easel, ALICE)

    assert hers.component(GERMAN["button.delete"])
    assert his.component("Delete")


async def test_a_server_chooses_what_is_spoken_where_everybody_reads_it(
    server: Discord, easel: Easel
) -> None:
    whose = Whose(kind=Kind.SERVER, id=f"discord:{PICTURES.id}")
    act = Act(who="local", at=utc_now())
    await easel.app.chooser.set_settings(whose, {"language": "fr"}, act)

    message = await painted(server, easel)
    await server.press(ALICE, message, FRENCH["button.info"])
    told = await server.message(ALICE)

    assert message.component(FRENCH["button.delete"])
    assert "a fox" in told.text


async def test_an_end_is_told_in_the_language_of_the_question_by_a_later_program(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        asked = await server.command(GRETA, GENERAL, "imagine", prompt="a fox")
        await server.message(asked, lambda message: bool(message.buttons))

    async with open_easel() as easel:
        easel.painter.gate.set()
        message = await server.message(asked, lambda message: bool(message.shown))

    assert message.component(GERMAN["button.delete"])


async def test_a_refusal_speaks_to_whoever_asked(server: Discord, easel: Easel) -> None:
    await server.command(GRETA, GENERAL, "imagine", prompt="a fox", size="64x64", aspect="1:1")

    assert (await server.message(GRETA)).text == GERMAN["both_sizes"]


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {"en"}))
def test_names_of_commands_are_what_discord_takes(language: str) -> None:
    names = {key: name for key, name in CATALOGUES[language].items() if key.startswith("names.")}
    slashed = {key: name for key, name in names.items() if key == key.lower() and " " not in key}

    assert len(slashed) > 50
    for name in slashed.values():
        assert SLASH_NAME.fullmatch(name), name
        assert name == name.lower()


def _described(thing: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if thing.get("description"):
        yield thing
    for option in thing.get("options", ()):
        yield from _described(option)


async def test_what_is_told_of_commands_is_translated_alike_wherever_it_is_said(
    server: Discord, easel: Easel
) -> None:
    told = {words for command in server.commands for words in _told(command)}
    by_words: dict[str, list[str]] = {}
    for key, sentence in CATALOGUES["en"].items():
        by_words.setdefault(sentence, []).append(key)

    for words in told & by_words.keys():
        for language, catalogue in CATALOGUES.items():
            assert len({catalogue.get(key) for key in by_words[words]}) == 1, (language, words)


def _told(thing: dict[str, Any]) -> Iterator[str]:
    """Descriptions, and what can be chosen."""
    yield thing.get("description", "")
    for choice in thing.get("choices") or ():
        yield choice["name"]
    for option in thing.get("options") or ():
        yield from _told(option)


async def test_every_command_and_option_is_described_in_every_language(
    server: Discord, easel: Easel
) -> None:
    described = [one for command in server.commands for one in _described(command)]

    assert len(described) > 100
    for one in described:
        there = one.get("description_localizations") or {}
        assert {language_of(locale) for locale in there} == set(CATALOGUES) - {"en"}, one
        assert all("{{" not in words for words in there.values()), one


async def speaks_french(easel: Easel, **chosen: Any) -> None:
    whose = Whose(kind=Kind.SERVER, id=f"discord:{PICTURES.id}")
    act = Act(who="local", at=utc_now())
    await easel.app.chooser.set_settings(whose, {"language": "fr", **chosen}, act)


@pytest.mark.parametrize(
    ("chosen", "prompt", "words"),
    [
        ({"channels": [str(AUDIT.id)]}, "a fox", "In diesem Kanal male ich nicht."),
        ({}, "a fox --model bok", "Ich habe kein Modell „bok“."),
    ],
    ids=["of Discord's part", "of the engine"],
)
async def test_what_one_person_sees_is_in_their_language_whatever_a_server_speaks(
    server: Discord, easel: Easel, chosen: dict[str, Any], prompt: str, words: str
) -> None:
    await speaks_french(easel, **chosen)

    await server.command(GRETA, GENERAL, "imagine", prompt=prompt)

    assert words in (await server.message(GRETA)).text


async def test_why_somebody_is_blocked_is_told_in_their_language(
    server: Discord, easel: Easel
) -> None:
    await speaks_french(easel)
    asked = await server.command(GRETA, GENERAL, "imagine", prompt="a fox")
    await server.message(asked)

    await did(server, "block", person=GRETA, reason="spam")
    told = await server.message(asked, lambda message: "spam" in message.text)
    assert asked.original is not None

    assert "Du bist gesperrt" in told.text
    assert "Retiré" in asked.original.text
