"""What people do besides commands: press, choose, fill in, type, look."""

import pytest

from tests.discord_server.caller import Caller
from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.message import Message
from tests.discord_server.nouns import Upload
from tests.discord_server.options import NotOffered
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL, GROWN_UPS, MORGAN, PLAZA, TRAVELLER
from tests.discord_server.visitor import RED_DOT, Visitor


@pytest.fixture
async def painted(server: Discord, bot: Visitor) -> Message:
    """A picture with buttons."""
    asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox")
    return await server.message(asked)


async def test_a_button_changes_its_message(server: Discord, painted: Message) -> None:
    pressed = await server.press(BOB, painted, "update")

    await server.message(painted, lambda m: m.text == "updated")

    assert await pressed.replied() is Reply.UPDATE
    assert [version.text for version in painted.versions] == ["", "Here is a fox", "updated"]


async def test_a_button_that_defers_can_say_something_apart(
    server: Discord, painted: Message
) -> None:
    await server.press(BOB, painted, "Later")

    await server.message(painted, lambda m: m.text == "later")

    (aside,) = [m for m in server.messages(GENERAL, seen_by=BOB) if m.seen_by]
    assert (aside.text, aside.seen_by) == ("a word to you", BOB)


async def test_what_is_switched_off_cannot_be_pressed(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    off = {"type": 2, "style": 1, "label": "Go", "custom_id": "go", "disabled": True}
    await caller.reply(asked, 4, {"components": [{"type": 1, "components": [off]}]})

    with pytest.raises(NotOffered, match="switched off"):
        await server.press(ALICE, asked.messages[0], "Go")


async def test_a_modal_is_filled_in_by_label_or_name(server: Discord, painted: Message) -> None:
    pressed = await server.press(ALICE, painted, "Edit")

    submitted = await server.submit(pressed, {"prompt": "two foxes", "Seed": "7"})

    assert (await server.message(submitted)).text == "two foxes by seed 7"


async def test_a_modal_takes_choices_and_files(server: Discord, painted: Message) -> None:
    pressed = await server.press(ALICE, painted, "Edit")
    files = [Upload(name="mine.png", content=RED_DOT)]

    submitted = await server.submit(pressed, {"Style": "ink", "image": files})

    text = (await server.message(submitted)).text
    assert text == f"a fox by seed of chance in ink like mine.png of {len(RED_DOT)} bytes"


async def test_what_is_not_filled_in_stays_as_it_was(server: Discord, painted: Message) -> None:
    pressed = await server.press(ALICE, painted, "Edit")

    submitted = await server.submit(pressed, {})

    assert (await server.message(submitted)).text == "a fox by seed of chance"


@pytest.mark.parametrize(
    "answers",
    [
        {"prompt": ""},
        {"prompt": "x" * 4001},
        {"other": "x"},
        {"style": "chalk"},
        {"style": ["ink", "oil"]},
        {"image": [Upload(name="a.png", content=b"")] * 3},
    ],
)
async def test_a_modal_takes_only_what_fits(
    server: Discord, painted: Message, answers: dict[str, object]
) -> None:
    pressed = await server.press(ALICE, painted, "Edit")

    with pytest.raises(NotOffered):
        await server.submit(pressed, answers)


async def test_something_is_chosen_from_a_select(server: Discord, painted: Message) -> None:
    chosen = await server.select(BOB, painted, "Which tile?", "Tile 2")

    assert (await server.message(chosen)).text == "tile 2"


@pytest.mark.parametrize("values", [(), ("1", "2"), ("3",)])
async def test_a_select_takes_only_what_fits(
    server: Discord, painted: Message, values: tuple[str, ...]
) -> None:
    with pytest.raises(NotOffered):
        await server.select(BOB, painted, "tile", *values)


async def test_what_is_typed_is_completed(server: Discord, bot: Visitor) -> None:
    choices = await server.autocomplete(ALICE, GENERAL, "choose", "model", "sd")

    assert choices == [{"name": "sdxl", "value": "sdxl"}, {"name": "sd3", "value": "sd3"}]


async def test_a_menu_knows_its_message(server: Discord, bot: Visitor) -> None:
    said = await server.say(BOB, GENERAL, "look at this")

    asked = await server.menu(ALICE, said, "Picture info")

    assert (await server.message(asked)).text == "info on look at this"


async def test_a_private_answer_is_seen_by_one_person(server: Discord, bot: Visitor) -> None:
    asked = await server.command(ALICE, GENERAL, "paint", prompt="a fox", private=True)
    message = await server.message(asked)

    assert message.seen_by == ALICE
    assert server.messages(GENERAL, seen_by=BOB) == []
    with pytest.raises(NotOffered, match="does not see"):
        await server.press(BOB, message, "Update")


async def test_moderators_have_commands_of_their_own(server: Discord, bot: Visitor) -> None:
    asked = await server.command(MORGAN, GENERAL, "mod block", user=BOB)

    assert (await server.message(asked)).text == "blocked bob"
    with pytest.raises(NotOffered, match="permissions"):
        await server.command(ALICE, GENERAL, "mod block", user=BOB)


async def test_some_commands_are_for_age_restricted_channels(server: Discord, bot: Visitor) -> None:
    asked = await server.command(ALICE, GROWN_UPS, "bare")

    assert (await server.message(asked)).text == "bare"
    with pytest.raises(NotOffered, match="age-restricted"):
        await server.command(ALICE, GENERAL, "bare")


async def test_the_bot_answers_whoever_brought_it_along_five_times_more(
    server: Discord, bot: Visitor
) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "greet", follow_ups=6)

    await server.until(lambda: bool(server.record.refusals), "a refusal")

    assert len(asked.messages) == 6
    assert [refusal.code for refusal in server.record.refusals] == [40094]


async def test_in_direct_messages_the_bot_answers_too(server: Discord, bot: Visitor) -> None:
    asked = await server.command(ALICE, server.direct(ALICE), "paint", prompt="a fox")

    assert (await server.message(ALICE)).text == "Here is a fox"
    assert asked.took is not None
    assert asked.took < 3
