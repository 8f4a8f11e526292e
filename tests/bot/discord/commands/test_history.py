"""The pictures that somebody has: pages, searches, one in full, and one for everybody."""

import asyncio
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from bot.discord.looks import history as looks_history
from bot.settings import Settings
from engine.job import Owner
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.results import forge, labels, painted, pictures
from tests.discord_server.message import Message
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, PLAZA, TRAVELLER

ALICE_S = Owner(id="discord:2001", name="Alice")


async def paint(server: Discord, easel: Easel, prompt: str, count: int = 1, seed: int = 7) -> None:
    easel.painter.gate.set()
    asked = await server.command(
        ALICE, GENERAL, "imagine", prompt=prompt, count=count, seed=seed, private=True
    )
    await server.message(asked, lambda message: bool(message.shown))


async def paint_many(server: Discord, easel: Easel, many: int) -> None:
    while many > 0:
        await paint(server, easel, "a hen", count=min(10, many), seed=many)
        many -= 10


async def look(server: Discord, **options: object) -> Message:
    return await server.message(await server.command(ALICE, GENERAL, "history", **options))


async def test_pictures_are_shown_small_with_what_they_are(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a red fox")

    page = await look(server)

    assert page.seen_by == ALICE
    assert "**1** · a red fox · seed 7 · <t:" in page.text
    [preview] = page.shown
    assert Image.open(BytesIO(preview.content)).format == "WEBP"
    assert not server.record.refusals


async def test_the_worst_words_fit_into_a_message(server: Discord, easel: Easel) -> None:
    for number in range(9):
        await paint(server, easel, "a" + "*" * 3999, seed=number)

    page = await look(server, since="2000-01-01", model="book")

    assert len(page.shown) == 9
    assert not server.record.refusals


async def test_one_whose_file_is_gone_is_still_told_of(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    await paint(server, easel, "a red fox")
    for file in (settings.data_dir / "pictures").rglob("*"):
        if file.is_file():
            file.unlink()

    page = await look(server)

    assert "a red fox" in page.text
    assert page.shown == ()


async def test_who_has_none_is_told_how_to_get_one(server: Discord, easel: Easel) -> None:
    assert "/imagine" in (await look(server)).text


async def test_pages_go_back_and_forth_without_a_picture_twice(
    server: Discord, easel: Easel
) -> None:
    await paint_many(server, easel, 20)

    page = await look(server)
    first = page.text
    await server.press(ALICE, page, "Older")
    await server.message(page, lambda message: "**11**" in message.text)
    await server.press(ALICE, page, "Older")
    await server.message(page, lambda message: "**2**" in message.text)
    last, last_told = [button.label for button in page.buttons], page.text
    await server.press(ALICE, page, "Newer")
    await server.message(page, lambda message: "**11**" in message.text)
    middle = [button.label for button in page.buttons]
    await server.press(ALICE, page, "Newer")
    await server.message(page, lambda message: message.text == first)

    assert "Page 1 of 3 · 20 pictures" in first
    assert "Page 3 of 3 · 20 pictures" in last_told
    assert last == ["Newest", "Newer"]
    assert middle == ["Newest", "Newer", "Older"]
    assert [button.label for button in page.buttons] == ["Older"]
    assert [len(version.attachments) for version in page.versions] == [0, 9, 9, 2, 9, 9]


async def test_the_newest_are_one_press_away_with_what_came_meanwhile(
    server: Discord, easel: Easel
) -> None:
    await paint_many(server, easel, 12)
    page = await look(server)
    await server.press(ALICE, page, "Older")
    await server.message(page, lambda message: "**3**" in message.text)
    await paint(server, easel, "a fox")

    await server.press(ALICE, page, "Newest")

    await server.message(page, lambda message: "**13** · a fox" in message.text)


async def test_a_page_of_which_nothing_is_left_shows_the_newest(
    server: Discord, easel: Easel
) -> None:
    await paint_many(server, easel, 12)
    page = await look(server)
    await easel.app.gallery.remove(ALICE_S, [1, 2, 3])

    await server.press(ALICE, page, "Older")
    await server.message(page, lambda message: len(message.versions) == 3)

    assert "**12**" in page.text
    assert [button.label for button in page.buttons] == []


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        ({"words": "fox"}, ["1", "3"]),
        ({"words": '"red fox"'}, ["1"]),
        ({"seed": 8}, ["2"]),
        ({"favourites": True}, ["2"]),
        ({"model": "BOOK", "words": "hen"}, ["2"]),
        ({"model": "other"}, []),
        ({"since": "2000-01-01", "until": "2000-12-31"}, []),
    ],
)
async def test_what_is_looked_for_is_found(
    server: Discord, easel: Easel, options: dict[str, object], numbers: list[str]
) -> None:
    await paint(server, easel, "a red fox")
    await paint(server, easel, "a hen", seed=8)
    await paint(server, easel, "a fox, red")
    await easel.app.gallery.favour(ALICE_S, 2)

    page = await look(server, **options)

    found = page.component("See one in full")
    values = [option["value"] for option in found["options"]] if found else []
    assert sorted(values) == numbers


async def test_what_was_looked_for_goes_on_after_a_restart(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel() as easel:
        await paint_many(server, easel, 20)
        await paint(server, easel, "a ```fox``` @everyone")
        page = await look(server, words='a "hen"', favourites=False, since="2020-01-01")

    async with open_easel():
        await server.press(ALICE, page, "Older")
        await server.message(page, lambda message: "**11**" in message.text)
        await server.press(ALICE, page, "Older")
        await server.message(page, lambda message: "**2**" in message.text)

    assert 'words: a "hen"\nsince: 2020-01-01' in page.text


async def test_words_that_would_end_the_block_are_only_words(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a hen")

    page = await look(server, words="```\nfavourites: yes\n``` @everyone hen")

    assert "None of your pictures" in page.text
    assert page.text.count("```") == 2
    assert "\nfavourites: yes" not in page.text
    assert not page.pings


async def test_a_day_that_is_none_is_said_at_once(server: Discord, easel: Easel) -> None:
    assert "“someday” is no day" in (await look(server, since="someday")).text


async def test_one_is_shown_in_full_and_then_to_everybody(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a red fox")
    await easel.app.gallery.favour(ALICE_S, 1)
    page = await look(server)

    asked = await server.select(ALICE, page, "See one in full", "1")
    full = await server.message(asked)
    shared = await server.message(await server.press(ALICE, full, "Show it to everybody here"))

    assert full.seen_by == ALICE
    assert Image.open(BytesIO(full.shown[0].content)).info["parameters"].startswith("a red fox")
    assert shared.seen_by is None
    assert "<@2001>" in shared.text
    assert not shared.pings
    assert shared.shown[0].content == full.shown[0].content
    # What one thinks of it is one's own.
    assert ("★" in full.text, "★" in shared.text) == (True, False)
    assert "Re-roll" in [button.label for button in full.buttons]


@pytest.mark.parametrize("number", ["2", "#2", "２"])
async def test_a_number_alone_shows_that_picture(
    server: Discord, easel: Easel, number: str
) -> None:
    await paint(server, easel, "a fox")
    await paint(server, easel, "a hen")

    full = await look(server, words=number)

    assert "Show it to everybody here" in labels(full)
    assert "a hen" in full.text


async def test_a_number_that_is_none_of_theirs_is_a_word(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a fox in 1999")

    assert "a fox in 1999" in (await look(server, words="1999")).text
    assert "Page 1 of 1 · 1 picture" in (await look(server, words="1999", model="book")).text


def test_no_more_is_counted_than_is_said() -> None:
    told = [
        looks_history.numbered(looks_history.Amid(newer=newer, all=1001))
        for newer in (0, 9, 1000, 1001)
    ]

    assert told == [
        "Page 1 · more than 1000 pictures",
        "Page 2 · more than 1000 pictures",
        "Page 113 · more than 1000 pictures",
        "More than 1000 pictures",
    ]


async def test_one_is_deleted_for_good_after_a_question(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a fox")
    await paint(server, easel, "a hen")
    full = await look(server, words="1")

    asked = await server.message(await server.press(ALICE, full, "Delete for good"))
    question = asked.text
    there = len(await pictures(easel))
    await server.press(ALICE, asked, "Yes, delete it")
    await server.message(asked, lambda message: "is deleted" in message.text)

    assert asked.seen_by == ALICE
    assert "picture 1 for good, “a fox”" in question
    assert there == 2
    assert [picture.recipe.prompt for picture in await pictures(easel)] == ["a hen"]


async def test_one_is_kept_by_who_thought_again(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a fox")
    full = await look(server, words="1")
    asked = await server.message(await server.press(ALICE, full, "Delete for good"))

    await server.press(ALICE, asked, "Keep it")
    await server.until(lambda: asked.deleted, "the end of the question")

    assert len(await pictures(easel)) == 1


@pytest.mark.parametrize("action", ["remove", "removeyes"])
async def test_nobody_deletes_the_picture_of_another(
    server: Discord, easel: Easel, action: str
) -> None:
    await paint(server, easel, "a red fox")
    mine = await painted(server, easel, "a cat", user=BOB)
    forge(mine, "Info", f"easel:{action}:1")

    told = await server.message(await server.press(BOB, mine, f"easel:{action}:1"))

    assert "no picture 1" in told.text
    assert len(await pictures(easel)) == 1


async def test_nobody_else_waits_while_a_large_picture_is_made_smaller(
    server: Discord, easel: Easel
) -> None:
    await paint(server, easel, "a red fox")
    found = await easel.app.gallery.show(ALICE_S, 1)
    noise = BytesIO()
    Image.effect_noise((600, 600), 90).save(noise, "PNG")

    showing = asyncio.create_task(looks_history.whole(found, noise.getvalue(), each=300_000))
    turns = 0
    while not showing.done():
        await asyncio.sleep(0)
        turns += 1

    assert (await showing).uploads[0].name == "0.webp"
    assert turns > 5


async def test_what_was_said_with_a_picture_is_said_whenever_it_is_shown(
    server: Discord, easel: Easel
) -> None:
    await paint(server, easel, "a red fox")
    found = await easel.app.gallery.show(ALICE_S, 1)
    marked = replace(found.picture, notes=("Marked as unsafe: *nsfw* 0.93.",))
    png = await easel.app.gallery.file(ALICE_S, 1)

    alone, shared = [
        await looks_history.whole(replace(found, picture=marked), png, each=10**7, shared_by=whom)
        for whom in (None, 2001)
    ]

    line = r"-# Marked as unsafe\: \*nsfw\* 0.93."
    assert line in str(alone.parts).replace("\\\\", "\\")
    assert line in str(shared.parts).replace("\\\\", "\\")


async def test_a_forged_button_shows_nobody_elses_picture(server: Discord, easel: Easel) -> None:
    await paint(server, easel, "a red fox")
    easel.painter.gate.set()
    asked = await server.command(BOB, GENERAL, "imagine", prompt="a cat")
    message = await server.message(asked, lambda message: bool(message.shown))
    button = message.component("Info")
    assert button is not None
    button["custom_id"] = "easel:share:1"

    told = await server.message(await server.press(BOB, message, "easel:share:1"))

    assert "no picture 1" in told.text
    assert told.seen_by == BOB


async def test_it_works_wherever_a_person_takes_it_along(server: Discord, easel: Easel) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "history")

    assert (await server.message(asked)).seen_by == TRAVELLER
