"""Discord's own description is used where it is present, and its absence is said."""

import logging
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.discord_server.description import Description, find_description
from tests.discord_server.refused import Flaw, Json
from tests.discord_server.routes import Route
from tests.discord_server.schema import Schemas
from tests.discord_server.server import Discord
from tests.discord_server.visitor import Visitor


def test_its_absence_is_said_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing = tmp_path / "discord-openapi.json"

    with caplog.at_level(logging.WARNING):
        found = [find_description(missing) for _ in range(2)]

    assert found == [None, None]
    assert len(caplog.records) == 1
    assert str(missing) in caplog.text


def test_it_knows_every_route_of_the_stand_in(description: Description) -> None:
    unknown = [route for route in Route if not description.knows(route)]

    assert unknown == [Route.FILE]


def test_an_answer_that_lacks_something_is_noticed(description: Description) -> None:
    flaws = description.flaws_of_answer(Route.ME, 200, {"id": "1"})

    assert ("username",) in [flaw.path for flaw in flaws]


def test_a_status_that_is_never_answered_is_noticed(description: Description) -> None:
    assert description.flaws_of_answer(Route.ME, 201, None)


async def test_a_stand_in_that_was_wrong_says_so_at_the_end() -> None:
    server = Discord()

    async def visit() -> None:
        async with server:
            server.record.mistakes.append("a wrong answer")

    with pytest.raises(AssertionError, match="a wrong answer"):
        await visit()


async def test_a_route_that_is_missing_here_says_so(server: Discord) -> None:
    async with ClientSession() as session, session.get(f"{server.api}/guilds/7/bans") as answer:
        status = answer.status
    said, server.record.mistakes = server.record.mistakes, []

    assert status == 404
    assert said == ["There is no GET /api/v10/guilds/7/bans here."]


async def test_all_that_discord_py_does_agrees_with_it(
    description: Description, server: Discord, bot: Visitor
) -> None:
    channel = await bot.fetch_user(2001)
    await channel.send("psst")

    assert server.record.mistakes == []
    assert server.record.refusals == []


NAMED: Json = {
    "Id": {"type": "string", "pattern": "^[0-9]+$", "format": "snowflake"},
    "Cat": {
        "type": "object",
        "required": ["type", "name"],
        "properties": {"type": {"enum": [1]}, "name": {"type": "string", "maxLength": 3}},
    },
    "Dog": {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": [2]}, "age": {"type": "integer", "minimum": 0}},
    },
}
PET = {"oneOf": [{"$ref": "/Cat"}, {"$ref": "/Dog"}]}


@pytest.mark.parametrize(
    ("schema", "value", "flaws"),
    [
        (PET, {"type": 1, "name": "Tom"}, []),
        (PET, {"type": 1, "name": "Felix"}, [(("name",), "BASE_TYPE_MAX_LENGTH")]),
        (PET, {"type": 1}, [(("name",), "BASE_TYPE_REQUIRED")]),
        (PET, {"type": 2, "age": -1}, [(("age",), "NUMBER_TYPE_MIN")]),
        (PET, {"type": 3}, [((), "UNION_TYPE_CHOICES")]),
        ({"type": ["integer", "null"]}, None, []),
        ({"type": "integer"}, True, [((), "BASE_TYPE_BAD_TYPE")]),
        ({"type": "integer", "maximum": 3}, 4, [((), "NUMBER_TYPE_MAX")]),
        ({"type": "array", "items": {"$ref": "/Id"}}, ["7", "x"], [((1,), "STRING_TYPE_REGEX")]),
        ({"type": "array", "maxItems": 1}, [1, 2], [((), "BASE_TYPE_MAX_LENGTH")]),
        ({"type": "array", "minItems": 1}, [], [((), "BASE_TYPE_MIN_LENGTH")]),
        ({"type": "array", "uniqueItems": True}, [1, 1], [((), "SET_TYPE_ALREADY_CONTAINS_VALUE")]),
        ({"type": "string", "minLength": 1, "maxLength": 2}, "", [((), "BASE_TYPE_BAD_LENGTH")]),
        ({"type": "string", "format": "date-time"}, "today", [((), "DATE_TIME_TYPE_PARSE")]),
        ({"type": "string", "format": "uri"}, "there", [((), "URL_TYPE_INVALID_URL")]),
        (
            {"type": "object", "additionalProperties": False},
            {"a": 1},
            [(("a",), "BASE_TYPE_UNKNOWN")],
        ),
        ({"oneOf": [{"const": 1}, {"const": 2}]}, 3, [((), "BASE_TYPE_CHOICES")]),
    ],
)
def test_a_schema_names_what_does_not_agree_with_it(
    schema: Json, value: object, flaws: list[tuple[tuple[str | int, ...], str]]
) -> None:
    found = Schemas(NAMED, lenient=False).flaws(schema, value)

    assert [(flaw.path, flaw.code) for flaw in found] == flaws


@pytest.mark.parametrize(("lenient", "count"), [(True, 0), (False, 1)])
def test_only_what_the_bot_sends_may_have_numbers_as_ids(lenient: bool, count: int) -> None:
    found: list[Flaw] = Schemas(NAMED, lenient=lenient).flaws({"$ref": "/Id"}, 7)

    assert len(found) == count
