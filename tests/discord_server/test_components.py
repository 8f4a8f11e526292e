"""The newer components and the older ones: what Discord refuses, and how it answers."""

from itertools import pairwise

import pytest

from tests.discord_server.caller import Caller, code_of, flaws_of
from tests.discord_server.components import flaws_in, walk
from tests.discord_server.interaction import Interaction
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL
from tests.discord_server.visitor import RED_DOT, Visitor

NEW = 1 << 15
DOT = Upload(name="dot.png", content=RED_DOT)


def button(custom_id: str | None = "b", **more: object) -> Json:
    """One that is right, but for what is changed."""
    return {"type": 2, "style": 1, "label": "Go", "custom_id": custom_id, **more}


def row(*inside: Json) -> Json:
    """Beside each other."""
    return {"type": 1, "components": list(inside)}


def words(content: str = "hello") -> Json:
    """A text display."""
    return {"type": 10, "content": content}


def gallery(url: str) -> Json:
    """One picture."""
    return {"type": 12, "items": [{"media": {"url": url}}]}


SELECT: Json = {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]}


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("components", "flawed"),
    [
        ([row(*[button(str(n)) for n in range(6)])], "components.0.components"),
        ([row(button(str(n))) for n in range(6)], "components"),
        ([row()], "components.0.components"),
        ([row(button(), button())], "components.0.components.1.custom_id"),
        ([row(button(label="x" * 81))], "components.0.components.0.label"),
        ([row(button(custom_id="x" * 101))], "components.0.components.0.custom_id"),
        ([row(button(label=None))], "components.0.components.0"),
        ([row(button(custom_id=None))], "components.0.components.0"),
        ([row(button(style=5))], "components.0.components.0"),
        (
            [row(button(None, style=5, url="javascript://x"))],
            "components.0.components.0.url",
        ),
        ([row(button(emoji={"name": "fox"}))], "components.0.components.0.emoji.name"),
        ([row(button(style=9))], "components.0.components.0.style"),
        ([row(SELECT, button())], "components.0.components"),
        ([row({**SELECT, "options": SELECT["options"] * 2})], "components.0.components.0.options"),
        ([row({**SELECT, "max_values": 2})], "components.0.components.0"),
        ([button()], "components.0"),
        ([words()], "components.0"),
    ],
)
async def test_older_components_have_bounds(
    caller: Caller, asked: Interaction, components: list[Json], flawed: str
) -> None:
    await caller.reply(asked, 5)

    form = {"content": "x", "components": components}
    said = await caller.of(asked, Route.EDIT_ORIGINAL, form)

    assert code_of(said) == (400, 50035)
    assert flawed in [path for path, _ in flaws_of(said)]


@pytest.mark.parametrize("inside", [[], [button(str(n)) for n in range(6)]])
def test_a_row_has_bounds_without_discords_description_too(inside: list[Json]) -> None:
    flaws = list(flaws_in([row(*inside)], (), new_kind=False))

    assert [flaw.path for flaw in flaws] == [("components", 0, "components")]


@pytest.mark.usefixtures("description")
async def test_a_select_has_at_most_25_options(caller: Caller, asked: Interaction) -> None:
    options = [{"label": str(n), "value": str(n)} for n in range(26)]
    await caller.reply(asked, 5)

    form = {"content": "x", "components": [row({**SELECT, "options": options})]}
    said = await caller.of(asked, Route.EDIT_ORIGINAL, form)

    assert [path for path, _ in flaws_of(said)] == ["components.0.components.0.options"]


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("form", "flawed"),
    [
        ({"content": "x", "components": [words()]}, "content"),
        ({"embeds": [{"title": "x"}], "components": [words()]}, "embeds"),
        ({"components": [words() for _ in range(41)]}, "components"),
        ({"components": [row(button(str(n)), button(f"x{n}")) for n in range(14)]}, "components"),
        ({"components": [words("x" * 2001), words("x" * 2001)]}, "components"),
        ({"components": [words("x" * 4001)]}, "components.0.content"),
        ({"components": [words("")]}, "components.0.content"),
        ({"components": [words(" ")]}, "components.0.content"),
        ({"components": [gallery("file://etc/passwd")]}, "components.0"),
        ({"components": [{"type": 12, "items": []}]}, "components.0.items"),
        ({"components": [gallery("attachment://dot.png")]}, "components.0"),
        ({"components": [{**words(), "id": 7}, {**words(), "id": 7}]}, "components.1.id"),
    ],
)
async def test_newer_components_have_bounds(
    caller: Caller, asked: Interaction, form: Json, flawed: str
) -> None:
    await caller.reply(asked, 5)

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {"flags": NEW, **form})

    assert code_of(said) == (400, 50035)
    assert flawed in [path for path, _ in flaws_of(said)]


async def test_components_are_numbered_and_pictures_linked(
    caller: Caller, asked: Interaction
) -> None:
    container = {"type": 17, "components": [words(), gallery("attachment://dot.png")]}
    form = {"flags": NEW, "components": [{**words(), "id": 2}, container, row(button())]}
    await caller.reply(asked, 5)

    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, form, files=[DOT])

    ids = [component["id"] for _, component in walk(told["components"])]
    assert ids == [2, 1, 3, 4, 5, 6]
    media = told["components"][1]["components"][1]["items"][0]["media"]
    assert media["url"] == told["attachments"][0]["url"]
    assert media["attachment_id"] == told["attachments"][0]["id"]


async def test_there_is_no_way_back_to_the_older_kind(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)
    await caller.of(asked, Route.EDIT_ORIGINAL, {"flags": NEW, "components": [words()]})

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "x", "flags": 0})
    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, {"flags": 0, "components": [words("y")]})

    assert [path for path, _ in flaws_of(said)] == ["content"]
    assert told["flags"] & NEW


async def test_on_the_way_to_the_newer_kind_words_must_be_taken_back(
    caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 4, {"content": "old"})
    new = {"flags": NEW, "components": [words()]}

    kept = await caller.of(asked, Route.EDIT_ORIGINAL, new)
    emptied = await caller.of(asked, Route.EDIT_ORIGINAL, {**new, "content": None})

    assert [path for path, _ in flaws_of(kept)] == ["content"]
    assert emptied[0] == 200


async def test_a_file_that_no_component_names_is_not_seen(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)
    named = gallery("attachment://dot.png")
    other = Upload(name="other.png", content=RED_DOT)

    form = {"flags": NEW, "components": [named]}
    await caller.of(asked, Route.EDIT_ORIGINAL, form, files=[DOT, other])

    (message,) = server.messages(GENERAL)
    assert [file.name for file in message.attachments] == ["dot.png", "other.png"]
    assert [file.name for file in message.shown] == ["dot.png"]


async def test_discord_py_shows_the_newer_components(server: Discord, bot: Visitor) -> None:
    asked = await server.command(ALICE, GENERAL, "show", words="a fox")

    message = await server.message(asked)
    assert message.text == "a fox"
    assert [file.content for file in message.shown] == [RED_DOT]
    assert [found.label for found in message.buttons] == ["More"]
    assert all(a.at <= b.at for a, b in pairwise(message.versions))
