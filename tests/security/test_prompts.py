"""Whatever is typed for a prompt, it is a request or refused in a sentence."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.days import day_said
from bot.led import read_controls, read_references
from bot.prompts_file import read_prompts
from bot.sizes import read_aspect, read_size
from bot.terms import read_end, read_number, read_person
from bot.typed import (
    PREFERENCES,
    SETTINGS,
    read_preferences,
    read_server_settings,
    read_whose,
)
from engine.alternatives import expand, literal
from engine.emphasis import read_emphasis
from engine.errors import EaselError
from engine.filter import refused_word, words_of
from engine.infotext import read_infotext
from engine.prompt import read_prompt, write_prompt
from engine.request import ImageRequest
from engine.search import Search
from engine.spelled import read_spelled
from engine.style import Style
from engine.styles import checked_style
from tests.security.corpus import texts, values
from tests.security.entrances import SHARES, through

NOW = datetime(2026, 11, 21, tzinfo=UTC)
WILDCARDS = {"animal": ("fox", "__animal__", "{a|b}"), "a": ()}


def _asked(text: str) -> object:
    request = read_prompt(text)
    # No database keeps it otherwise, and no picture's file.
    assert "\0" not in (kept := request.prompt + request.negative)
    assert kept.encode()
    prompts = expand(request.prompt, WILDCARDS, 7)
    for prompt in prompts[:3]:
        read_emphasis(prompt)
    assert read_prompt(write_prompt(request)) == request
    return prompts


READERS: tuple[Callable[[str], object], ...] = (
    _asked,
    literal,
    read_emphasis,
    read_infotext,
    read_prompts,
    read_size,
    read_aspect,
    read_spelled,
    words_of,
    lambda text: day_said(text, NOW),
    lambda text: read_end(text, NOW),
    read_number,
    read_person,
    lambda text: read_controls([text], [text]),
    lambda text: read_references([text], text),
    lambda text: refused_word([text], [text, "b*d", "fox"]),
    lambda text: checked_style(Style(name=text, prompt=text, negative=text)),
    lambda text: Search(words=text).phrases,
    lambda text: read_preferences(dict.fromkeys(PREFERENCES, text)),
    lambda text: read_server_settings(dict.fromkeys(SETTINGS, text)),
    lambda text: read_whose(text, None),
)
FIELDS = tuple(ImageRequest.model_fields)


def refused_or_read(reader: Callable[[str], object], text: str) -> str:
    """The sentence that it was refused with."""
    try:
        reader(text)
    except EaselError as error:
        return str(error)
    return ""


@through("prompt")
@pytest.mark.promise(17, count=3500)
def test_whatever_is_typed_is_read_or_refused_in_a_sentence(count: int) -> None:
    for number, text in enumerate(texts(count // 2)):
        for reader in READERS if number % 5 == 0 else READERS[:1]:
            sentence = refused_or_read(reader, text)

            assert len(sentence) < 1000


@through("prompt")
def test_whatever_is_given_beside_it_is_taken_or_refused_in_a_sentence(count: int) -> None:
    chance = random.Random(3)
    for value in values(count // 2):
        fields = dict.fromkeys(chance.sample(FIELDS, chance.randint(1, 4)), value)
        sentence = refused_or_read(partial(read_prompt, **fields), "a fox")

        assert len(sentence) < 1000


@given(text=st.text(max_size=300))
@settings(
    max_examples=SHARES["prompt"] // 10, deadline=None, suppress_health_check=list(HealthCheck)
)
@pytest.mark.parametrize("reader", READERS[:4])
def test_whatever_letters_there_are_they_are_read_or_refused(
    reader: Callable[[str], object], text: str
) -> None:
    refused_or_read(reader, text)
