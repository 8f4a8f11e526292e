"""Long texts: a message has room for so many letters in all, and what is copied has each."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.discord.looks import job as looks
from bot.discord.looks.info import Told, recipes
from bot.discord.parts import LONGEST_TEXT, TEXT, Post, text
from bot.discord.words import CATALOGUES, speaking
from engine.infotext import write_infotext
from engine.job import Picture
from engine.request import ImageRequest
from tests.bot.discord.test_results import REPLY, a_job, the_pictures

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
    first, second = looks.ended(a_job(12), noted(12, "is odd"), REPLY, each=10**7)

    told = ["\n".join(part["content"] for part in texts(post)) for post in (first, second)]

    assert "4000000009" in told[0]
    assert "4000000010" not in told[0]
    assert ["9 is odd" in words for words in told] == [True, False]
    assert ["11 is odd" in words for words in told] == [False, True]


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
    ("prompt", "files"),
    [
        ("a fox", 0),
        ("a ```fox```", 1),
        ("a   fox", 1),
        ("a fox " * 700, 1),
        ("a `fox``` " * 370, 1),
    ],
    ids=["plain", "fences", "spaces", "too long", "too long with fences"],
)
def test_what_a_block_cannot_say_is_in_a_file(prompt: str, files: int) -> None:
    recipe = replace(a_job(1).tiles[0].recipe, prompt=prompt)

    post = recipes([Told(recipe=recipe, number=7)])

    assert [one.content.decode() for one in post.uploads] == [write_infotext(recipe)] * files
    told = "".join(part["content"] for part in texts(post))
    assert (f"```\n{write_infotext(recipe)}\n```" in told) is (files == 0)
    assert letters(post) <= LONGEST_TEXT
