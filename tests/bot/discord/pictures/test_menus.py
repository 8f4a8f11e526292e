"""What a message's menu does with results of ours and with pictures from anywhere."""

from io import BytesIO

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.discord.pictures.cdn import is_of_discord
from bot.metadata import recipe_in
from tests.bot.discord.commands.test_edit import filled
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.results import painted, pictures, result
from tests.discord_server.message import Message
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL
from tests.fakes import a_png

FOREIGN = (
    "a cat in a hat\nNegative prompt: dogs\n"
    "Steps: 12, Sampler: Euler a, CFG scale: 6, Seed: 3, Size: 192x128, Model: unheard_of"
)


def with_text(text: str) -> bytes:
    told = PngInfo()
    told.add_text("parameters", text)
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


async def posted(server: Discord, content: bytes) -> Message:
    return await server.say(BOB, GENERAL, "look", Upload(name="cat.png", content=content))


async def test_info_of_a_result_is_what_its_button_says(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    told = await server.message(await server.menu(BOB, fox, "Picture info"))

    assert "**Seed** 7" in told.text
    assert told.seen_by == BOB


async def test_info_of_any_picture_is_what_its_file_says(server: Discord, easel: Easel) -> None:
    message = await posted(server, with_text(FOREIGN))

    told = await server.message(await server.menu(ALICE, message, "Picture info"))

    assert "a cat in a hat" in told.text
    assert "**Seed** 3" in told.text
    assert told.seen_by == ALICE


@pytest.mark.parametrize("name", ["Picture info", "Re-roll"])
async def test_a_picture_without_a_recipe_is_said_to_have_none(
    server: Discord, easel: Easel, name: str
) -> None:
    message = await posted(server, a_png())

    await server.menu(ALICE, message, name)

    assert "how it was painted" in (await server.message(ALICE)).text


@pytest.mark.parametrize("name", ["Picture info", "Re-roll", "Use as source"])
async def test_a_message_without_pictures_is_said_to_have_none(
    server: Discord, easel: Easel, name: str
) -> None:
    message = await server.say(BOB, GENERAL, "only words")

    await server.menu(ALICE, message, name)

    assert "no picture on that message" in (await server.message(ALICE)).text


async def test_a_result_is_rerolled(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel)

    await result(server, await server.menu(BOB, fox, "Re-roll"))

    first, second = easel.painter.painted
    assert (first.prompt, first.seed != second.seed) == (second.prompt, True)


async def test_a_recipe_from_elsewhere_is_rerolled_by_what_there_is(
    server: Discord, easel: Easel
) -> None:
    message = await posted(server, with_text(FOREIGN))
    easel.painter.gate.set()

    await result(server, await server.menu(ALICE, message, "Re-roll"))

    [recipe] = easel.painter.painted
    assert (recipe.prompt, recipe.negative, recipe.model) == ("a cat in a hat", "dogs", "book")
    assert (recipe.width, recipe.height, recipe.steps, recipe.sampler) == (192, 128, 12, "Euler a")


async def test_any_picture_is_a_source(server: Discord, easel: Easel) -> None:
    content = a_png(128, 128)
    message = await posted(server, content)
    easel.painter.gate.set()

    asked = await server.menu(ALICE, message, "Use as source")
    await asked.replied()
    await result(server, await server.submit(asked, {"prompt": "a hen", "strength": "0,4"}))

    [recipe] = easel.painter.painted
    assert (recipe.prompt, recipe.strength) == ("a hen", 0.4)
    assert recipe.image is not None
    assert easel.painter.sources[0][recipe.image] == content


async def test_a_result_is_a_source_after_a_restart(server: Discord, open_easel: OpenEasel) -> None:
    async with open_easel() as easel:
        grid = await painted(server, easel, "a fox --seed 7 --count 2")
        newest, _ = await pictures(easel)
        asked = await server.menu(BOB, grid, "Use as source")
        await asked.replied()

    async with open_easel() as easel:
        easel.painter.gate.set()
        await result(server, await server.submit(asked, {"prompt": "a hen", "which": "2"}))

        assert [recipe.image for recipe in easel.painter.painted] == [newest.file]


async def test_the_form_of_a_result_has_its_words(server: Discord, easel: Easel) -> None:
    fox = await painted(server, easel, r"a fox \--seed of doubt --seed 7")

    asked = await server.menu(BOB, fox, "Use as source")
    await asked.replied()

    assert filled(asked) == {"prompt": r"a fox \--seed of doubt", "strength": "0.6"}


async def test_another_picture_is_forgotten_by_the_next_program_and_the_words_are_not(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        message = await posted(server, a_png())
        asked = await server.menu(ALICE, message, "Use as source")
        await asked.replied()

    async with open_easel():
        await server.submit(asked, {"prompt": "a hen"})
        told = await server.message(ALICE)

    assert "open for too long" in told.text
    assert "a hen" in told.text


async def test_nothing_is_fetched_but_from_where_discord_keeps_files(
    server: Discord, easel: Easel
) -> None:
    message = await posted(server, with_text(FOREIGN))

    def elsewhere(told: Json) -> None:
        [found] = told["data"]["resolved"]["messages"].values()
        [file] = found["attachments"]
        file["url"] = file["url"].replace("127.0.0.1", "localhost")

    server.spoil(elsewhere)
    await server.menu(ALICE, message, "Picture info")

    assert "does not give me the picture" in (await server.message(ALICE)).text
    assert server.requests(Route.FILE) == []


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.png", True),
        ("https://media.discordapp.net/attachments/1/2/a.png", True),
        ("http://cdn.discordapp.com/attachments/1/2/a.png", False),
        ("https://cdn.discordapp.com.example.com/a.png", False),
        ("https://cdn.discordapp.com@example.com/a.png", False),
        ("https://cdn.discordapp.com:8443/a.png", False),
        ("http://127.0.0.1:7878/v1/history", False),
        ("http://169.254.169.254/latest", False),
        ("https://[broken", False),
    ],
)
def test_files_come_from_discord_alone(address: str, is_there: bool) -> None:
    assert is_of_discord(address, api="https://discord.com/api/v10") is is_there


def test_the_stand_in_keeps_files_only_where_it_is() -> None:
    api = "http://127.0.0.1:5000/api/v10"

    assert is_of_discord("http://127.0.0.1:5000/cdn/a.png", api=api)
    assert not is_of_discord("http://127.0.0.1:7878/cdn/a.png", api=api)


@pytest.mark.parametrize(
    "file", [b"", b"no picture", a_png(), with_text("no recipe"), with_text("x" * 200_000)]
)
def test_a_file_without_a_recipe_has_none(file: bytes) -> None:
    assert recipe_in(file) is None
