"""Long texts: a message has room for so many letters in all, and what is copied has each."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.discord.looks import job as looks
from bot.discord.looks.info import Told, recipes
from bot.discord.looks.lines import block
from bot.discord.messages.parts import LONGEST_TEXT, TEXT, Post, text
from bot.discord.speech.words import CATALOGUES, say, speaking
from engine.infotext import write_infotext
from engine.job import Picture
from engine.prompt import read_prompt
from engine.request import ImageRequest
from tests.bot.discord.jobs import REPLY, a_job, the_pictures

LONG = "**" * 500


def letters(post: Post) -> int:
    return sum(len(part["content"]) for part in texts(post))


def texts(post: Post) -> Iterable[dict[str, str]]:
    return [part for part in post.form["components"] if part["type"] == TEXT]


def noted(count: int, note: str) -> list[Picture]:
    """Each with a note of its own, and a long seed."""
    job = a_job(count)
    return [
        replace(
            picture,
            recipe=replace(picture.recipe, seed=4_000_000_000 + place),
            notes=(f"{place} {note}",),
        )
        for place, picture in enumerate(the_pictures(job))
    ]


@pytest.mark.parametrize("language", sorted(CATALOGUES))
@pytest.mark.parametrize("each", [10**7, 1], ids=["sent", "too large to be sent"])
@pytest.mark.parametrize("count", [1, 16, 64])
def test_no_end_has_more_letters_than_discord_takes(language: str, each: int, count: int) -> None:
    job = replace(a_job(count), request=ImageRequest(prompt=LONG))

    with speaking(language):
        posts = looks.ended(job, noted(count, LONG), REPLY, each=each)
        posts = [looks.for_somebody(post, REPLY) for post in posts]

    assert max(map(letters, posts)) <= LONGEST_TEXT
    # Whole lines are left out before any text must be cut.
    assert all(part in post.parts for post in posts for part in texts(post))
    if len(posts) > 1:
        # The last line of each is still whole.
        assert str(len(posts)) in list(texts(posts[0]))[-1]["content"]


def test_each_message_tells_of_its_own_pictures() -> None:
    job = replace(a_job(12), spent=3.0)

    first, second = looks.ended(job, noted(12, "is odd"), REPLY, each=10**7)

    told = ["\n".join(part["content"] for part in texts(post)) for post in (first, second)]

    assert "4000000009" in told[0]
    assert "4000000010" not in told[0]
    assert ["9 is odd" in words for words in told] == [True, False]
    assert ["11 is odd" in words for words in told] == [False, True]
    # Of the whole job, so it is not to be added up.
    assert ["credits" in words for words in told] == [True, False]


def test_the_longest_texts_give_way_to_the_short_ones() -> None:
    post = Post(parts=(text("a" * 3000), text("short"), text("b" * 3000)))

    first, short, last = (part["content"] for part in texts(post))

    assert letters(post) <= LONGEST_TEXT
    assert short == "short"
    assert abs(len(first) - len(last)) <= 1
    assert first.endswith("a…")


def test_what_fits_is_left_as_it_is() -> None:
    post = Post(parts=(text("a" * 1900), text("b" * 1900)))

    assert letters(post) == 3800


@pytest.mark.parametrize(
    ("prompt", "again"),
    [
        ("a fox", True),
        ("a ```fox```", False),
        ("a   fox", False),
        ("a fox " * 700, False),
        ("a `fox``` " * 370, False),
    ],
    ids=["plain", "fences", "spaces", "too long", "too long with fences"],
)
@pytest.mark.parametrize("language", CATALOGUES)
def test_what_a_block_cannot_say_is_in_a_file(language: str, prompt: str, again: bool) -> None:
    recipe = replace(
        a_job(1).tiles[0].recipe, prompt=prompt, negative=prompt, model="*" * 300, hand="cpu"
    )
    kinds = [replace(recipe, steps=steps) for steps in (1, 2, 3)]

    with speaking(language):
        post = recipes([Told(recipe=recipe, number=7, typed=f"{prompt}!")], credits=1e9)
        many = recipes([Told(recipe=one, number=10**9, typed="x" * 4000) for one in kinds])
        heading = f"**{say('info.again')}**"

    assert [one.content.decode() for one in post.uploads] == [write_infotext(recipe)]
    told = "".join(part["content"] for part in texts(post))
    assert (heading in told) is again
    for one in (post, many):
        assert letters(one) <= LONGEST_TEXT
        assert "".join(part["content"] for part in texts(one)).count("```") % 2 == 0


def test_info_says_first_what_people_want_to_know() -> None:
    recipe = replace(a_job(1).tiles[0].recipe, prompt="a fox at night", hand="a1b2c3", seed=7)
    told = Told(
        recipe=recipe,
        number=12,
        typed="a fox",
        seconds=4.1,
        painted=datetime(2026, 1, 1, tzinfo=UTC),
    )

    post = recipes([told], credits=4.1)

    words = "\n".join(part["content"] for part in texts(post))
    for line in ("12", "```\na fox\n```", "```\na fox at night\n```", "**Seed** 7"):
        assert line in words
    for line in ("**Time** 4.1 s", "**Credits** 4.1", "**When** <t:1767225600:f>"):
        assert line in words
    assert "a1b2c3" not in words
    assert b"a1b2c3" in post.uploads[0].content
    [again] = [part["content"] for part in texts(post) if "/imagine" in part["content"]]
    assert read_prompt(again.split("```")[1]).seed == 7


def test_pictures_of_other_seeds_are_told_together() -> None:
    recipe = a_job(1).tiles[0].recipe
    pictures = [Told(recipe=replace(recipe, seed=seed)) for seed in (7, 8, 9)]

    words = "\n".join(part["content"] for part in texts(recipes(pictures)))

    assert words.count("**Model**") == 1
    assert "**Seed** 7, 8, 9" in words


@pytest.mark.parametrize(
    ("lines", "files"),
    [(["a fox"], 0), (["x" * 3700], 0), (["x" * 3795], 1), (["```" * 1200], 1)],
    ids=["short", "nearly full", "too long", "too long with fences kept apart"],
)
def test_a_block_has_every_letter_or_is_a_file(lines: list[str], files: int) -> None:
    post = block(lines, "words.txt")

    assert len(post.uploads) == files
    assert letters(post) <= LONGEST_TEXT
    if not files:
        assert post.parts[0]["content"].endswith("\n```")
