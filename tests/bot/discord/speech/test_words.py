"""How words of strangers are shown, names found by a part, and ends told."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import pytest

import bot.discord
from bot.discord.delivery.reply import Reply
from bot.discord.speech.shown import fenced, plainly, shown
from bot.discord.speech.words import CATALOGUES, ENGLISH, language_of
from bot.discord.typed.fuzzy import offered
from engine.errors import NotFound

NAMES = "names."
BY_NAME = (
    *("imagine.", "history.", "settings.", "styles.", "help.", "mod.limits.", "button."),
    *("mod.setting.", "mod.unset."),
    *("reroll.", "vary.", "upscale.", "show.", "edit.", "source."),
)
"""What options are for is looked up by their names."""
SENTENCES = CATALOGUES[ENGLISH]
REPLY = Reply(
    application=1,
    token="t",
    expires=datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp(),
    user=2,
    channel=3,
    server=5,
    upload_limit=6,
    private=True,
)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("a fox", "a fox"),
        ("@everyone", r"\@everyone"),
        ("<@2002>", r"\<\@2002\>"),
        ("[a](https://b)", r"\[a\]\(https\:\/\/b\)"),
        ("**a** _b_ ~~c~~ ||d||", r"\*\*a\*\* \_b\_ \~\~c\~\~ \|\|d\|\|"),
        ("# a\n- b\n> c", r"\# a \- b \> c"),
        ("\u202ea\u200b\ufeff", "a"),
        ("\u200d \u200b", "(nothing that can be shown)"),
    ],
)
def test_words_look_as_written_and_do_nothing(written: str, seen: str) -> None:
    assert shown(written) == seen


def test_long_words_are_cut() -> None:
    assert shown("ab" * 10, longest=5) == "abab…"


def test_a_family_stays_together() -> None:
    assert plainly("👩\u200d👧") == "👩\u200d👧"


def test_no_fence_ends_the_block_around_it() -> None:
    assert fenced("a```b", 100).count("```") == 2


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["Euler", "Euler a", "DPM++ 2M"]),
        ("eul", ["Euler", "Euler a"]),
        ("2m", ["DPM++ 2M"]),
        ("dpm++", ["DPM++ 2M"]),
        ("er a", ["Euler a"]),
        ("d2m", ["DPM++ 2M"]),
        ("Ueler", ["Euler", "Euler a"]),
        ("zzz", []),
    ],
)
def test_a_part_of_a_name_finds_it(typed: str, found: list[str]) -> None:
    assert offered(typed, ["Euler", "Euler a", "DPM++ 2M"]) == found


def test_no_more_is_offered_than_discord_takes() -> None:
    names = [f"name {number}" for number in range(30)] + ["x" * 101]

    assert len(offered("", names)) == len(offered("name", names)) == 25


def test_a_reply_comes_back_from_its_text() -> None:
    assert Reply.read(str(REPLY)) == REPLY


def test_a_reply_of_another_version_is_read_too() -> None:
    other = {**json.loads(str(REPLY)), "message": 4}

    assert Reply.read(json.dumps(other)) == REPLY


@pytest.mark.parametrize("text", ["", "{}", "[1]", "nonsense", '{"token": 1}'])
def test_a_text_that_is_no_reply_leads_nowhere(text: str) -> None:
    with pytest.raises(NotFound, match="no address on Discord"):
        Reply.read(text)


def test_a_reply_is_open_until_its_token_expires() -> None:
    assert REPLY.open(datetime(2026, 1, 1, 11, 59, 59, tzinfo=UTC))
    assert not REPLY.open(datetime(2026, 1, 1, 12, tzinfo=UTC))


def _used() -> set[str]:
    folder = Path(bot.discord.__path__[0])
    sources = "".join(file.read_text("utf-8") for file in folder.rglob("*.py"))
    return set(re.findall(r"""say\(\s*["']([\w.]+)["']""", sources))


def test_every_sentence_is_used_and_every_one_used_is_there() -> None:
    used = _used() | {key for key in SENTENCES if key.startswith(BY_NAME)}

    assert used == set(SENTENCES)


@pytest.mark.parametrize("language", sorted(set(CATALOGUES) - {ENGLISH}))
def test_every_language_says_the_same_with_the_same_parts(language: str) -> None:
    told = {key: words for key, words in CATALOGUES[language].items() if not key.startswith(NAMES)}

    assert told.keys() == SENTENCES.keys()
    for key, words in told.items():
        assert _parts(words) == _parts(SENTENCES[key]), key


def _parts(words: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(words) if name is not None}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("en-US", "en"), ("en-GB", "en"), ("xx", "en"), ("", "en")],
)
def test_what_discord_speaks_is_ours_as_near_as_can_be(locale: str, language: str) -> None:
    assert language_of(locale) == language
