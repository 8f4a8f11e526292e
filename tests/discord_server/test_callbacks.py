"""What Discord asks of first answers, each rule broken once."""

from typing import Any

import pytest

from tests.discord_server.caller import Caller, code_of, flaws_of
from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, PLAZA, STRICT, TRAVELLER

FIELD: Json = {"type": 4, "custom_id": "prompt", "style": 1}


def labelled(custom_id: str = "prompt", label: str = "Prompt") -> Json:
    """A field of a modal."""
    return {"type": 18, "label": label, "component": {**FIELD, "custom_id": custom_id}}


async def test_an_answer_comes_within_three_seconds_or_not_at_all(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    server.clock.move(3.1)

    assert code_of(await caller.reply(asked, 4, {"content": "late"})) == (404, 10062)
    assert server.messages(GENERAL) == []


async def test_there_is_one_first_answer(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)

    assert code_of(await caller.reply(asked, 4, {"content": "again"})) == (400, 40060)


async def test_a_wrong_token_opens_no_interaction(caller: Caller, asked: Interaction) -> None:
    said = await caller.ask(
        Route.CALLBACK, {"type": 5}, interaction_id=asked.id, interaction_token="guessed"
    )

    assert code_of(said) == (404, 10062)


async def test_the_answer_tells_of_the_message(caller: Caller, asked: Interaction) -> None:
    status, body = await caller.reply(asked, 4, {"content": "hello"})

    assert status == 200
    assert body["resource"]["type"] == 4
    assert body["resource"]["message"]["content"] == "hello"
    assert body["resource"]["message"]["interaction_metadata"]["id"] == str(asked.id)


async def test_without_being_asked_for_it_tells_nothing(caller: Caller, asked: Interaction) -> None:
    said = await caller.ask(
        Route.CALLBACK, {"type": 5}, interaction_id=asked.id, interaction_token=asked.token
    )

    assert said == (204, "")


@pytest.mark.parametrize("kind", [6, 7, 8])
async def test_a_command_cannot_be_answered_as_a_button_is(
    caller: Caller, asked: Interaction, kind: int
) -> None:
    said = await caller.reply(asked, kind, {"choices": []})

    assert code_of(said) == (400, 50035)
    assert flaws_of(said) == [("type", "BASE_TYPE_CHOICES")]


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("data", "flawed"),
    [
        ({"content": "x" * 2001}, "data.content"),
        ({"embeds": [{"description": "x" * 4097}]}, "data.embeds.0.description"),
        ({"embeds": [{}] * 11}, "data.embeds"),
    ],
)
async def test_what_is_too_long_is_named(
    caller: Caller, asked: Interaction, data: Json, flawed: str
) -> None:
    said = await caller.reply(asked, 4, data)

    assert code_of(said) == (400, 50035)
    assert [path for path, _ in flaws_of(said)] == [flawed]


async def test_embeds_have_six_thousand_characters_together(
    caller: Caller, asked: Interaction
) -> None:
    said = await caller.reply(asked, 4, {"embeds": [{"description": "x" * 3001}] * 2})

    assert flaws_of(said) == [("embeds", "MAX_EMBED_SIZE_EXCEEDED")]


@pytest.mark.parametrize(
    "data", [None, {"content": ""}, {"content": " \n"}, {"content": None, "embeds": []}]
)
async def test_an_empty_message_is_refused(
    caller: Caller, asked: Interaction, data: Json | None
) -> None:
    assert code_of(await caller.reply(asked, 4, data)) == (400, 50006)


async def test_a_deferred_answer_can_only_be_made_private(
    caller: Caller, asked: Interaction
) -> None:
    assert code_of(await caller.reply(asked, 5, {"flags": 1 << 15})) == (400, 50035)
    assert (await caller.reply(asked, 5, {"flags": 64}))[0] == 200
    assert asked.original is not None
    assert asked.original.seen_by == ALICE


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("modal", "flawed"),
    [
        ({"components": []}, "data.components"),
        ({"components": [labelled(str(n)) for n in range(6)]}, "data.components"),
        ({"title": "x" * 46}, "data.title"),
        ({"title": ""}, "data.title"),
        ({"custom_id": "x" * 101}, "data.custom_id"),
        ({"components": [labelled(label="x" * 46)]}, "data.components.0.label"),
        ({"components": [labelled(), labelled()]}, "data.components.1.component.custom_id"),
        (
            {"components": [{"type": 1, "components": [FIELD]}]},
            "data.components.0.components.0.label",
        ),
    ],
)
async def test_a_modal_has_bounds(
    caller: Caller, asked: Interaction, modal: Json, flawed: str
) -> None:
    whole: Json = {"custom_id": "m", "title": "Edit", "components": [labelled()], **modal}

    said = await caller.reply(asked, 9, whole)

    assert code_of(said) == (400, 50035)
    assert [path for path, _ in flaws_of(said)] == [flawed]
    assert asked.reply is None


async def test_a_modal_that_is_right_is_shown(caller: Caller, asked: Interaction) -> None:
    modal = {"custom_id": "m", "title": "Edit", "components": [labelled()]}

    said = await caller.reply(asked, 9, modal)

    assert said[0] == 200
    assert await asked.replied() is Reply.MODAL


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("choices", "flawed"),
    [
        ([{"name": "x", "value": "x"}] * 26, "data.choices"),
        ([{"name": "x" * 101, "value": "x"}], "data.choices.0.name"),
        ([{"name": "x", "value": "x" * 101}], "data.choices.0.value"),
        ([{"name": "x", "value": 7}], "data.choices.0.value"),
    ],
)
async def test_choices_have_bounds(
    server: Discord, caller: Caller, choices: list[Json], flawed: str
) -> None:
    asking = server.asking(ALICE, GENERAL, "choose", "one", "a")

    said = await caller.reply(asking, 8, {"choices": choices})

    assert code_of(said) == (400, 50035)
    assert any(path.startswith(flawed) for path, _ in flaws_of(said))


async def test_who_brought_the_bot_along_is_answered_in_private_where_the_server_wants_that(
    server: Discord, caller: Caller
) -> None:
    here = await server.command(TRAVELLER, PLAZA, "hello")
    there = await server.command(TRAVELLER, STRICT, "hello")

    for one in (here, there):
        await caller.reply(one, 4, {"content": "hello"})

    assert [m.seen_by for m in (*here.messages, *there.messages)] == [None, TRAVELLER]


async def test_a_form_that_is_no_json_is_refused(server: Discord, caller: Caller) -> None:
    said: Any = await caller.ask(Route.SYNC, "neither a list nor nothing")

    assert code_of(said) == (400, 50035)
    assert [refusal.code for refusal in server.record.refusals] == [50035]
