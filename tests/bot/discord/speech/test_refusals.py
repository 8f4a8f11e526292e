"""What Easel says no with, in every language, and with the words of strangers made harmless."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Formatter

import pytest

from bot.discord.controls.filled import Filled, Refused
from bot.discord.messages.parts import LONGEST_TEXT
from bot.discord.speech.refusals import told, translated
from bot.discord.speech.words import ENGLISH, REFUSALS, say, speaking
from engine.allowance import require_unblocked
from engine.errors import EaselError, InvalidRequest, StorageFailed
from engine.phrase import Phrase, read, written
from engine.prompt import read_prompt
from storage.trouble import LOCKED
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL, GRETA

ROOT = Path(__file__).parents[4]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LANGUAGES = sorted(REFUSALS.keys() - {ENGLISH})
COMPLETE = (
    *("allowance", "purse", "waiting", "gate", "card", "tiles", "prompt", "alternatives"),
    *("remade", "server", "rules", "pattern", "sampler", "style", "styles", "nearest", "sources"),
)
"""Everything that these say no with is met on Discord, but for this."""
ELSEWHERE = frozenset(
    {
        "“{name}” is nothing that can be set for a server.",
        "The safety is {measures}, not “{measure}”.",
        "That is no channel's id. They are long numbers, like 81384788765712384.",
    }
)
RAISED = frozenset(
    {"InvalidRequest", "QuotaExceeded", "QueueFull", "ShareFull", "Stopping", "NotFound", "Phrase"}
)


def constants(*folders: str) -> set[str]:
    return {
        node.value
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def sentences(module: str) -> Iterator[str]:
    """What is refused there, also by a name that stands at the top of the file."""
    tree = ast.parse((ROOT / "engine" / f"{module}.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or getattr(node.func, "id", "") not in RAISED:
            continue
        match node.args:
            case [ast.Constant(value=str(sentence)), *_]:
                if sentence:
                    yield sentence
            case [ast.JoinedStr() as text, *_]:
                yield ast.unparse(text)


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_every_sentence_that_is_translated_is_said() -> None:
    assert set(REFUSALS["de"]) <= constants("engine", "storage", "bot")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_refuses_the_same_with_the_same_values(language: str) -> None:
    assert REFUSALS[language].keys() == REFUSALS["de"].keys()
    for english, words in REFUSALS[language].items():
        assert names_in(words) == names_in(english), english


@pytest.mark.parametrize("module", COMPLETE)
def test_no_refusal_of_the_engine_is_forgotten(module: str) -> None:
    assert [one for one in sentences(module) if one not in REFUSALS["de"].keys() | ELSEWHERE] == []


def test_a_refusal_and_its_mend_are_said_in_the_language_that_is_spoken() -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_prompt("a fox --stepz 4")

    with speaking("de"):
        words = told(refused.value)

    assert words.startswith("Ich kenne \\-\\-stepz nicht. Meintest du \\-\\-steps oder ")
    assert "I know no flag --stepz. Did you mean --steps or " in str(refused.value)


def test_a_refusal_without_a_translation_is_said_in_english() -> None:
    with speaking("de"):
        assert told(InvalidRequest("No {name}.", name="**x**")) == r"No \*\*x\*\*."


@pytest.mark.parametrize("language", [ENGLISH, *LANGUAGES])
def test_words_of_strangers_are_made_harmless_once(language: str) -> None:
    with pytest.raises(EaselError) as refused:
        require_unblocked("<@&7> **spam** “/”", None, NOON)

    with speaking(language):
        words = told(refused.value)

    assert r"\<\@&7\> \*\*spam\*\* “\/”" in words


def test_words_that_are_no_values_are_made_harmless_too() -> None:
    error = InvalidRequest("The LoRA <@&7> **is** `broken`.")

    assert told(error) == r"The LoRA \<\@&7\> \*\*is\*\* \`broken\`."


@pytest.mark.parametrize("language", [ENGLISH, *LANGUAGES])
def test_an_end_is_a_time_that_discord_shows_as_everybody_has_it(language: str) -> None:
    until = NOON + timedelta(hours=1)
    with pytest.raises(EaselError) as refused:
        require_unblocked("", until, NOON)

    with speaking(language):
        assert f"<t:{round(until.timestamp())}:f>" in told(refused.value)
    assert str(refused.value) == "You are blocked until 01 March at 13:00 UTC."


def test_what_discord_itself_said_stays_as_it_is() -> None:
    asked = say("mod.filter.unknown", word=r"\*x\*")

    assert told(InvalidRequest(asked)) == asked


@pytest.mark.parametrize("language", [ENGLISH, *LANGUAGES])
def test_trouble_of_the_disk_is_for_whoever_can_mend_it(language: str) -> None:
    with speaking(language):
        assert told(StorageFailed(LOCKED)) == say("no_storage")


def test_what_is_stored_with_a_job_is_said_in_another_language_later() -> None:
    problem = Phrase(
        "The finished picture was taken for unsafe ({reason}), so it is not shown. Try other "
        "words or another seed.",
        reason="*x*",
    )

    with speaking("fr"):
        words = translated(read(written(problem)))

    assert words.startswith(r"L'image finie a été jugée inadaptée (\*x\*)")


@pytest.mark.parametrize(
    "stored", ["", "It broke.", '{"sentence": 1}', '{"sentence": "{x}", ', "{"]
)
def test_what_is_no_sentence_with_values_is_read_as_it_is(stored: str) -> None:
    assert read(stored) == stored


def test_a_sentence_is_stored_with_all_that_is_in_it() -> None:
    phrase = Phrase("{mend} {count}", mend=Phrase("Try {size}.", size="64x64"), count=3)

    back = read(written(phrase))

    assert isinstance(back, Phrase)
    assert (back, back.values) == (phrase, phrase.values)
    assert isinstance(back.values["mend"], Phrase)


def test_what_was_typed_is_cut_and_its_block_is_closed() -> None:
    filled = Filled(action="edit", target="1", tile=None, typed={"prompt": "fox " * 1000})
    error = InvalidRequest(
        "{one} {two} {three}", **dict.fromkeys(("one", "two", "three"), "hen" * 99)
    )

    refused = Refused(filled, error)

    assert len(told(error)) + len(refused.typed) <= LONGEST_TEXT
    assert refused.typed.count("```") == 2
    assert refused.typed.rstrip().endswith("```")


def test_what_discord_says_of_words_that_were_typed_shows_them() -> None:
    """Nobody else makes them harmless."""
    bare = [
        f"{file.name}: {ast.unparse(part.value)}"
        for file in (ROOT / "bot" / "discord").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say"
        for part in node.keywords
        if part.arg in {"typed", "word", "words", "prompt"}
        and not ast.unparse(part.value).startswith(("shown(", "named(", "prompt"))
    ]

    assert bare == []


async def test_whoever_speaks_german_is_refused_in_german(server: Discord, easel: Easel) -> None:
    await server.command(GRETA, GENERAL, "imagine", prompt="a fox --sampler Eulr")
    refused = await server.message(GRETA)

    assert refused.text.startswith("Ich kenne keinen Sampler „Eulr“. Meintest du Euler")
