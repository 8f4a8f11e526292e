"""What is said with a picture is said in the language of whoever asked."""

import pytest

from bot.discord.speech.words import ENGLISH, REFUSALS
from engine.gpu.images.autoencoder import RESCUED, SEEN_RESCUED
from engine.gpu.notes import (
    CACHED,
    CLOSE,
    ENDED,
    NO_WORD,
    NOT_CACHED,
    NOT_ENDED,
    NOT_RESCALED,
    SHORTENED,
)
from engine.gpu.text.manner import NOTHING_SKIPPED
from engine.ladder import Rung, Strain
from engine.phrase import Phrase, phrase_of
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL, GRETA

LANGUAGES = sorted(REFUSALS.keys() - {ENGLISH})


async def test_a_note_is_in_the_language_of_who_asked_also_from_history(
    server: Discord, easel: Easel
) -> None:
    easel.painter.notes = (Phrase(NO_WORD, model="**book**", known="boat, cat"),)
    easel.painter.gate.set()
    said = r"\*\*book\*\* hat für kein Wort davon ein Bild. Es kennt englische Wörter: boat, cat."

    for _ in range(2):
        asked = await server.command(GRETA, GENERAL, "imagine", prompt="Fuchs --seed 7")
        message = await server.message(asked, lambda message: bool(message.shown))
        assert said in message.text

    assert len(easel.painter.painted) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_notes(language: str) -> None:
    once, twice = Strain(), Strain()
    once.add(Rung.TILE, 1.0)
    twice.merge(once)
    twice.merge(once)
    strains = [phrase_of(strain.told()).sentence for strain in (once, twice)]
    constants = {CLOSE, NO_WORD, NOT_RESCALED, ENDED, NOT_ENDED, SHORTENED}
    caches = {CACHED, NOT_CACHED}
    rescues = {RESCUED, SEEN_RESCUED, NOTHING_SKIPPED}

    assert {*constants, *caches, *rescues, *strains} <= REFUSALS[language].keys()
