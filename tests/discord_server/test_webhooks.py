"""What an interaction's token opens, and for how long."""

from tests.discord_server.caller import Caller, code_of, flaws_of
from tests.discord_server.interaction import Interaction
from tests.discord_server.nouns import MEBIBYTE, Upload
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, PLAZA, TRAVELLER
from tests.discord_server.visitor import RED_DOT

DOT = Upload(name="a dot.png", content=RED_DOT)


async def test_nothing_is_open_before_the_first_answer(caller: Caller, asked: Interaction) -> None:
    assert code_of(await caller.of(asked, Route.ORIGINAL)) == (404, 10015)
    assert code_of(await caller.of(asked, Route.FOLLOW_UP, {"content": "x"})) == (404, 10015)


async def test_another_applications_id_opens_nothing(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "x"}, webhook_id=77)

    assert code_of(said) == (404, 10015)


async def test_a_token_lives_for_a_quarter_of_an_hour(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)

    server.clock.move(14.9 * 60)
    in_time = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "in time"})
    server.clock.move(0.2 * 60)
    late = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "late"})

    assert in_time[0] == 200
    assert code_of(late) == (401, 50027)
    assert server.messages(GENERAL)[0].text == "in time"


async def test_the_first_answer_is_found_by_either_spelling(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 4, {"content": "hello"})

    plain = await caller.of(asked, Route.ORIGINAL)
    other = await caller.of(asked, Route.FOLLOWED_UP, message_id="%40original")

    assert plain == other
    assert plain[1]["content"] == "hello"


async def test_an_edit_that_comes_twice_leaves_one_message(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)

    for _ in range(2):
        await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "here"}, files=[DOT])

    (message,) = server.messages(GENERAL)
    assert [version.text for version in message.versions] == ["", "here", "here"]


async def test_only_listed_files_stay(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)
    _, first = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[DOT, DOT])
    kept = first["attachments"][1]["id"]

    _, untouched = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "x"})
    listed = {"attachments": [{"id": kept}, {"id": 0}]}
    _, second = await caller.of(asked, Route.EDIT_ORIGINAL, listed, files=[DOT])
    _, none = await caller.of(asked, Route.EDIT_ORIGINAL, {"attachments": []})

    unknown = await caller.of(asked, Route.EDIT_ORIGINAL, {"attachments": [{"id": "77777"}]})

    assert code_of(unknown) == (400, 50035)
    assert untouched["attachments"] == first["attachments"]
    assert len(second["attachments"]) == 2
    assert second["attachments"][0]["id"] == kept
    assert none["attachments"] == []


async def test_files_have_clean_names_and_links(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)

    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[DOT])

    (file,) = told["attachments"]
    assert (file["filename"], file["size"]) == ("a_dot.png", len(RED_DOT))
    assert (file["width"], file["height"]) == (1, 1)


async def test_a_file_can_be_hidden_until_somebody_clicks(
    caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)
    form = {"attachments": [{"id": 0, "is_spoiler": True, "description": "a dot"}]}

    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, form, files=[DOT])

    (file,) = told["attachments"]
    assert (file["filename"], file["description"]) == ("SPOILER_a_dot.png", "a dot")


async def test_a_file_is_at_most_ten_mebibytes(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)
    large = Upload(name="large.png", content=bytes(10 * MEBIBYTE + 1))

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[large])

    assert code_of(said) == (413, 40005)


async def test_a_request_is_at_most_twenty_five_mebibytes(
    caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)
    each = Upload(name="each.png", content=bytes(9 * MEBIBYTE))

    said = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[each] * 3)

    assert code_of(said) == (413, 40005)


async def test_there_are_at_most_ten_files(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 5)
    await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[DOT] * 9)

    at_once = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[DOT] * 11)
    together = await caller.of(asked, Route.EDIT_ORIGINAL, {}, files=[DOT] * 2)

    assert code_of(at_once) == (400, 50035)
    assert flaws_of(together) == [("attachments", "BASE_TYPE_MAX_LENGTH")]


async def test_the_first_follow_up_after_a_deferred_answer_fills_it(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5)

    await caller.of(asked, Route.FOLLOW_UP, {"content": "first"})
    await caller.of(asked, Route.FOLLOW_UP, {"content": "second"})

    assert [message.text for message in asked.messages] == ["first", "second"]
    assert [len(message.versions) for message in asked.messages] == [2, 1]


async def test_a_guest_of_one_person_may_follow_up_five_times(
    server: Discord, caller: Caller
) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "hello")
    await caller.reply(asked, 4, {"content": "hello"})

    said = [await caller.of(asked, Route.FOLLOW_UP, {"content": "x"}) for _ in range(6)]

    assert [status for status, _ in said] == [200] * 5 + [400]
    assert code_of(said[-1]) == (400, 40094)


async def test_where_the_bot_is_a_member_there_is_no_such_limit(
    server: Discord, caller: Caller
) -> None:
    asked = await server.command(TRAVELLER, GENERAL, "hello")
    await caller.reply(asked, 4, {"content": "hello"})

    said = [await caller.of(asked, Route.FOLLOW_UP, {"content": "x"}) for _ in range(6)]

    assert [status for status, _ in said] == [200] * 6


async def test_private_messages_stay_private_and_are_found_only_by_the_token(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 5, {"flags": 64})
    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "for you", "flags": 0})

    by_channel = await caller.ask(Route.MESSAGE, channel_id=GENERAL.id, message_id=told["id"])

    assert server.messages(GENERAL) == []
    assert [message.text for message in server.messages(GENERAL, seen_by=ALICE)] == ["for you"]
    assert code_of(by_channel) == (404, 10008)


async def test_what_all_see_cannot_become_private(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 4, {"content": "for all"})

    _, told = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "still", "flags": 64})

    assert told["flags"] == 0
    assert [message.text for message in server.messages(GENERAL)] == ["still"]


async def test_what_was_deleted_is_unknown(
    server: Discord, caller: Caller, asked: Interaction
) -> None:
    await caller.reply(asked, 4, {"content": "hello"})

    deleted = await caller.of(asked, Route.DELETE_ORIGINAL)
    again = await caller.of(asked, Route.EDIT_ORIGINAL, {"content": "x"})

    assert deleted[0] == 204
    assert code_of(again) == (404, 10008)
    assert server.messages(GENERAL) == []


async def test_a_follow_up_is_changed_by_its_id(caller: Caller, asked: Interaction) -> None:
    await caller.reply(asked, 4, {"content": "hello"})
    _, told = await caller.of(asked, Route.FOLLOW_UP, {"content": "first"})
    place = {"message_id": told["id"]}

    await caller.of(asked, Route.EDIT_FOLLOW_UP, {"content": "second"}, **place)
    _, read = await caller.of(asked, Route.FOLLOWED_UP, **place)
    await caller.of(asked, Route.DELETE_FOLLOW_UP, **place)

    assert read["content"] == "second"
    assert code_of(await caller.of(asked, Route.FOLLOWED_UP, **place)) == (404, 10008)
