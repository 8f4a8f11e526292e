"""From the command to the picture, and what is said where there is none."""

from io import BytesIO

import pytest
from PIL import Image

from bot.app import open_accounts
from bot.settings import Settings
from engine.accounts import Act
from engine.clock import utc_now
from engine.purse import Kind
from tests.bot.discord.conftest import Easel
from tests.discord_server.interaction import Reply
from tests.discord_server.nouns import Upload
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, NO_FILES, PLAZA, QUIET, TRAVELLER
from tests.fakes import a_png

MODERATOR = "discord:2003"


async def test_a_command_becomes_a_picture_with_its_caption_and_buttons(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a red fox", seed=7)
    message = await server.message(asked, lambda message: bool(message.shown))

    assert "a red fox" in message.text
    assert "book · seed 7 · 128×128 · 4 steps · 0.5 s · 0.5 credits" in message.text
    assert [button.label for button in message.buttons] == [
        *("Upscale", "Vary"),
        *("Re-roll", "Edit", "Favourite", "Info", "Delete"),
    ]
    picture = Image.open(BytesIO(message.shown[0].content))
    assert picture.info["parameters"].startswith("a red fox\n")
    assert server.messages(GENERAL) == [message]
    assert not server.record.refusals


async def test_every_option_reaches_the_painter(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    image = Upload(name="mine.png", content=a_png(128, 192))
    mask = Upload(name="mask.png", content=a_png(128, 192, "white"))

    asked = await server.command(
        ALICE,
        GENERAL,
        "imagine",
        prompt="a fox",
        negative="people",
        model="book",
        size="128x192",
        steps=3,
        guidance=6.5,
        sampler="DPM++ 2M",
        seed=9,
        count=2,
        style="night",
        image=image,
        strength=0.5,
        mask=mask,
    )
    message = await server.message(asked, lambda message: bool(message.shown))

    first, second = sorted(easel.painter.painted, key=lambda recipe: recipe.seed)
    assert (first.prompt, first.negative, first.model) == ("a fox at night", "people", "book")
    assert (first.width, first.height, first.steps, first.guidance) == (128, 192, 3, 6.5)
    assert (first.sampler, first.strength, first.seed, second.seed) == ("DPM++ 2M", 0.5, 9, 10)
    assert easel.painter.sources[0] == {first.image: image.content, first.mask: mask.content}
    assert len(message.shown) == 2
    assert "seeds 9, 10" in message.text


async def test_an_aspect_is_chosen_from_a_list(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", aspect="2:1")
    await server.message(asked, lambda message: bool(message.shown))

    [recipe] = easel.painter.painted
    assert recipe.width > 1.8 * recipe.height


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"prompt": "a fox --stepps 3"}, "Did you mean"),
        ({"prompt": "a fox", "size": "100x100"}, "multiples of 8"),
        ({"prompt": "a fox", "size": "128x128", "aspect": "1:1"}, "not both"),
        ({"prompt": "a fox", "sampler": "Eulr"}, "Did you mean Euler"),
    ],
)
async def test_what_is_wrong_is_said_at_once_to_nobody_else(
    server: Discord, easel: Easel, options: dict[str, str], sentence: str
) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", **options)

    message = await server.message(asked)

    assert sentence in message.text
    assert message.seen_by == ALICE
    assert asked.reply is Reply.MESSAGE
    assert easel.painter.painting == []


@pytest.mark.parametrize("private", [False, True])
async def test_what_is_refused_later_leaves_nothing_for_others_to_see(
    server: Discord, easel: Easel, private: bool
) -> None:
    asked = await server.command(
        ALICE, GENERAL, "imagine", prompt="a fox", model="bok", private=private
    )

    message = await server.message(ALICE)

    assert message.text == "I have no model “bok”. Did you mean book?"
    assert server.messages(GENERAL) == []
    assert asked.reply is Reply.DEFERRED_MESSAGE


async def test_somebody_who_is_blocked_is_told_why(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    async with open_accounts(settings) as accounts:
        await accounts.block("discord:2001", Act(who=MODERATOR, at=utc_now(), why="spam"))

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert "spam" in (await server.message(ALICE)).text


async def test_a_file_that_is_no_picture_is_refused(server: Discord, easel: Easel) -> None:
    note = Upload(name="note.png", content=b"no picture")

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox", image=note)

    assert "no picture that I can read" in (await server.message(ALICE)).text


async def test_a_bug_is_said_to_be_ours(
    server: Discord, easel: Easel, caplog: pytest.LogCaptureFixture
) -> None:
    server.spoil(lambda told: told["data"]["options"].clear())

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert "not your fault" in (await server.message(ALICE)).text
    assert "met a bug" in caplog.text


async def test_a_picture_that_cannot_be_painted_is_a_sentence(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="fail")
    message = await server.message(asked, lambda message: "could not" in message.text)

    assert "The paint ran out." in message.text
    assert [button.label for button in message.buttons] == ["Delete"]


async def test_a_private_picture_is_for_one_person(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", private=True)
    message = await server.message(asked, lambda message: bool(message.shown))

    assert message.seen_by == ALICE
    assert server.messages(GENERAL) == []


async def test_it_works_wherever_a_person_takes_it_along(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()

    asked = await server.command(TRAVELLER, PLAZA, "imagine", prompt="a fox")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown


async def test_it_works_in_direct_messages(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()

    asked = await server.command(BOB, server.direct(BOB), "imagine", prompt="a fox")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown


async def test_where_it_may_not_attach_files_nothing_is_painted(
    server: Discord, easel: Easel
) -> None:
    asked = await server.command(ALICE, NO_FILES, "imagine", prompt="a fox")

    assert "attach files" in (await server.message(asked)).text
    assert easel.painter.painting == []


async def test_where_it_may_not_write_nothing_is_painted_for_everybody(
    server: Discord, easel: Easel
) -> None:
    asked = await server.command(ALICE, QUIET, "imagine", prompt="a fox")

    assert "may not write" in (await server.message(asked)).text
    assert easel.painter.painting == []


async def test_where_it_may_not_write_a_private_picture_is_painted(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, QUIET, "imagine", prompt="a fox", private=True)

    assert (await server.message(asked, lambda message: bool(message.shown))).seen_by == ALICE


async def test_a_channel_that_the_server_did_not_name_is_left_alone(
    server: Discord, easel: Easel
) -> None:
    act = Act(who=MODERATOR, at=utc_now())
    await easel.app.choices.set_settings("discord:3001", {"channels": ["5002"]}, act)

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert "<#5002>" in (await server.message(ALICE)).text
    assert server.messages(GENERAL) == []


async def test_the_same_interaction_three_times_is_one_job_and_one_charge(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    await server.again(asked, times=2)
    await server.message(asked, lambda message: bool(message.shown))
    other = await server.command(BOB, GENERAL, "imagine", prompt="a hen")
    await server.message(other, lambda message: bool(message.shown))

    assert sorted(recipe.prompt for recipe in easel.painter.painted) == ["a fox", "a hen"]
    assert len(server.messages(GENERAL)) == 2
    assert server.requests(Route.CALLBACK) == [200, 200]
    entries = await easel.app.accounts.entries("discord:2001")
    assert [one.credits for one in entries if one.kind is Kind.SETTLE] == [0.5]


@pytest.mark.parametrize(
    ("option", "typed", "first"),
    [
        ("model", "boo", "book"),
        ("sampler", "2m kar", "DPM++ 2M Karras"),
        ("style", "wtr", "watercolor"),
    ],
)
async def test_what_is_typed_finds_names(
    server: Discord, easel: Easel, option: str, typed: str, first: str
) -> None:
    choices = await server.autocomplete(ALICE, GENERAL, "imagine", option, typed, prompt="a fox")

    assert choices[0]["value"] == first
    assert len(choices) <= 25


@pytest.mark.parametrize(
    "prompt",
    [
        "@everyone @here <@2002> <@&4002> <#5001> </imagine:1>",
        "[free](https://example.com) https://example.com discord.gg/x",
        "``` code\n``` `x` **bold** _u_ ||spoiler|| ~~s~~",
        "# heading\n-# small\n> quote\n- list\n1. one",
        "\u202egnihton \u2066x\u2069 \u200b\u200b\ufeff",
        "`" * 500 + "*" * 3500,
    ],
)
async def test_hostile_prompts_ping_nobody_and_are_refused_nowhere(
    server: Discord, easel: Easel, prompt: str
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt=prompt)
    message = await server.message(asked, lambda message: "Delete" in str(message.buttons))
    pressed = await server.press(BOB, message, "Info")
    info = await server.message(pressed)

    assert message.shown
    assert not message.pings
    assert not info.pings
    assert not server.record.refusals
    assert "](" not in message.text
    assert "\u202e" not in message.text + info.text


async def test_as_many_pictures_can_be_asked_for_as_flags_can_say(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox --seed 7", count=16)
    first = await server.message(asked, lambda message: bool(message.shown))
    await server.until(lambda: len(server.messages(GENERAL)) == 2, "the other pictures")

    _, second = server.messages(GENERAL)
    assert len(first.shown) + len(second.shown) == 16
    assert "Part 2 of 2" in second.text
