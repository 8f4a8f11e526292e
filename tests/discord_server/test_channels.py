"""Messages by the bot's own token: where it may send, and what makes two of them one."""

from dataclasses import replace

import pytest

from tests.discord_server.caller import Caller, Said, code_of, flaws_of
from tests.discord_server.nouns import Channel, Overwrite, Upload, User
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    BOB,
    BOT,
    GENERAL,
    HERMIT,
    HIDDEN,
    NO_FILES,
    PATRONS,
    PLAZA,
    QUIET,
    TETE_A_TETE,
)
from tests.discord_server.visitor import RED_DOT

DOT = Upload(name="dot.png", content=RED_DOT)


async def send(caller: Caller, channel: Channel, form: Json, **more: object) -> Said:
    """By the bot's token."""
    files = [DOT] if more.get("file") else []
    return await caller.ask(Route.SEND, form, files=files, channel_id=channel.id)


@pytest.mark.parametrize(
    ("channel", "code"),
    [(QUIET, 50013), (HIDDEN, 50001), (PLAZA, 50001), (TETE_A_TETE, 50001)],
)
async def test_the_bot_sends_only_where_it_may(caller: Caller, channel: Channel, code: int) -> None:
    assert code_of(await send(caller, channel, {"content": "x"})) == (403, code)


async def test_files_need_a_permission_of_their_own(caller: Caller) -> None:
    words = await send(caller, NO_FILES, {"content": "x"})
    file = await send(caller, NO_FILES, {"content": "x"}, file=True)

    assert words[0] == 200
    assert code_of(file) == (403, 50013)


async def test_a_channel_that_is_gone_is_unknown(server: Discord, caller: Caller) -> None:
    server.drop_channel(GENERAL)

    assert code_of(await send(caller, GENERAL, {"content": "x"})) == (404, 10003)


async def test_a_wrong_token_sends_nothing(server: Discord, caller: Caller) -> None:
    said = await caller.ask(Route.SEND, {"content": "x"}, token="guessed", channel_id=GENERAL.id)

    assert said[0] == 401
    assert server.limits.invalid == 1


@pytest.mark.parametrize("enforced", [True, False])
async def test_the_same_nonce_makes_one_message_where_that_is_enforced(
    server: Discord, caller: Caller, enforced: bool
) -> None:
    form = {"content": "x", "nonce": "job-7", "enforce_nonce": enforced}

    said = [await send(caller, GENERAL, form) for _ in range(2)]

    assert [status for status, _ in said] == [200, 200]
    assert len(server.messages(GENERAL)) == (1 if enforced else 2)
    assert (said[0][1]["id"] == said[1][1]["id"]) is enforced


async def test_a_nonce_is_remembered_for_minutes(server: Discord, caller: Caller) -> None:
    form = {"content": "x", "nonce": "job-7", "enforce_nonce": True}

    await send(caller, GENERAL, form)
    server.clock.move(301)
    await send(caller, GENERAL, form)

    assert len(server.messages(GENERAL)) == 2


async def test_a_nonce_is_at_most_25_characters(caller: Caller) -> None:
    said = await send(caller, GENERAL, {"content": "x", "nonce": "x" * 26})

    assert code_of(said) == (400, 50035)


async def test_content_is_at_most_2000_characters_here_too(caller: Caller) -> None:
    said = await send(caller, GENERAL, {"content": "x" * 2001})

    assert flaws_of(said) == [("content", "BASE_TYPE_MAX_LENGTH")]


async def test_a_person_is_written_to_directly(server: Discord, caller: Caller) -> None:
    _, channel = await caller.ask(Route.OPEN_DIRECT, {"recipient_id": str(ALICE.id)})

    said = await caller.ask(Route.SEND, {"content": "psst"}, channel_id=channel["id"])

    assert said[0] == 200
    assert (await server.message(ALICE)).text == "psst"


async def test_a_bot_writes_to_no_bot(caller: Caller) -> None:
    said = await caller.ask(Route.OPEN_DIRECT, {"recipient_id": str(BOT.id)})

    assert code_of(said) == (404, 10013)


async def test_who_takes_no_messages_gets_none(caller: Caller) -> None:
    _, channel = await caller.ask(Route.OPEN_DIRECT, {"recipient_id": str(HERMIT.id)})

    said = await caller.ask(Route.SEND, {"content": "psst"}, channel_id=channel["id"])

    assert code_of(said) == (403, 50007)


async def test_only_the_bots_own_messages_are_changed(server: Discord, caller: Caller) -> None:
    theirs = await server.say(ALICE, GENERAL, "mine")
    _, own = await send(caller, GENERAL, {"content": "first"})
    here = GENERAL.id

    edited = await caller.ask(
        Route.EDIT, {"content": "second"}, channel_id=here, message_id=own["id"]
    )
    denied = await caller.ask(Route.EDIT, {"content": "x"}, channel_id=here, message_id=theirs.id)
    kept = await caller.ask(Route.DELETE, channel_id=here, message_id=theirs.id)
    gone = await caller.ask(Route.DELETE, channel_id=here, message_id=own["id"])

    assert edited[1]["content"] == "second"
    assert code_of(denied) == (403, 50005)
    assert code_of(kept) == (403, 50013)
    assert gone[0] == 204


async def test_the_newest_messages_are_listed_first(server: Discord, caller: Caller) -> None:
    one, *_, three = [await server.say(ALICE, GENERAL, n) for n in ("one", "two", "three")]

    async def listed(query: str) -> list[str]:
        _, told = await caller.ask(Route.MESSAGES, query=query, channel_id=GENERAL.id)
        return [message["content"] for message in told]

    assert await listed("?limit=2") == ["three", "two"]
    assert await listed(f"?after={one.id}") == ["three", "two"]
    assert await listed(f"?before={three.id}") == ["two", "one"]


async def test_what_one_person_sees_is_not_listed(server: Discord, caller: Caller) -> None:
    asked = await server.command(ALICE, GENERAL, "hello")
    await caller.reply(asked, 4, {"content": "for you", "flags": 64})

    assert await caller.ask(Route.MESSAGES, channel_id=GENERAL.id) == (200, [])


async def test_without_a_permission_nothing_is_listed(server: Discord, caller: Caller) -> None:
    history = int(Permission.READ_MESSAGE_HISTORY)
    server.put_channel(replace(GENERAL, overwrites=(Overwrite(whom=BOT.id, deny=history),)))
    await server.say(ALICE, GENERAL, "hello")

    assert await caller.ask(Route.MESSAGES, channel_id=GENERAL.id) == (200, [])


async def test_old_messages_are_edited_only_so_often(server: Discord, caller: Caller) -> None:
    _, own = await send(caller, GENERAL, {"content": "first"})
    server.clock.move(3601)
    place = {"channel_id": GENERAL.id, "message_id": own["id"]}

    said = [await caller.ask(Route.EDIT, {"content": f"{n}"}, **place) for n in range(21)]

    assert [status for status, _ in said[:20]] == [200] * 20
    assert code_of(said[-1]) == (429, 30046)


@pytest.mark.parametrize(
    ("words", "allowed", "everyone", "users", "roles"),
    [
        ("@everyone", None, True, set(), set()),
        ("@here", None, True, set(), set()),
        (f"<@{BOB.id}> <@&{PATRONS.id}>", None, False, {BOB.id}, {PATRONS.id}),
        (f"@everyone <@{BOB.id}> <@&{PATRONS.id}>", {"parse": []}, False, set(), set()),
        (f"<@{BOB.id}> <@{ALICE.id}>", {"users": [str(ALICE.id)]}, False, {ALICE.id}, set()),
        (f"@everyone <@!{BOB.id}>", {"parse": ["users"]}, False, {BOB.id}, set()),
        (f"<@&{PATRONS.id}>", {"roles": [PATRONS.id]}, False, set(), {PATRONS.id}),
    ],
)
async def test_it_is_known_who_would_be_pinged(
    server: Discord,
    caller: Caller,
    words: str,
    allowed: Json | None,
    everyone: bool,
    users: set[int],
    roles: set[int],
) -> None:
    form = {"content": words} | ({} if allowed is None else {"allowed_mentions": allowed})

    await send(caller, GENERAL, form)

    pings = server.messages(GENERAL)[0].pings
    assert (pings.everyone, set(pings.users), set(pings.roles)) == (everyone, users, roles)


async def test_mentions_cannot_be_allowed_in_two_ways(caller: Caller) -> None:
    allowed = {"parse": ["users"], "users": [str(BOB.id)]}

    said = await send(caller, GENERAL, {"content": "x", "allowed_mentions": allowed})

    assert code_of(said) == (400, 50035)


@pytest.mark.parametrize(("replied", "pinged"), [(True, {ALICE.id}), (False, set())])
async def test_a_reply_pings_whom_it_replies_to(
    server: Discord, caller: Caller, replied: bool, pinged: set[int]
) -> None:
    first = await server.say(ALICE, GENERAL, "first")

    await send(
        caller,
        GENERAL,
        {
            "content": "second",
            "message_reference": {"message_id": str(first.id)},
            "allowed_mentions": {"parse": [], "replied_user": replied},
        },
    )

    assert server.messages(GENERAL)[-1].pings.users == pinged


async def test_interactions_ping_users_only_where_nothing_is_said(
    server: Discord, caller: Caller
) -> None:
    asked = await server.command(ALICE, GENERAL, "hello")

    await caller.reply(asked, 4, {"content": f"@everyone <@{BOB.id}> <@&{PATRONS.id}>"})

    pings = server.messages(GENERAL)[0].pings
    assert (pings.everyone, set(pings.users), set(pings.roles)) == (False, {BOB.id}, set())


def someone(user: User) -> str:
    """A mention."""
    return f"<@{user.id}>"


async def test_words_in_components_ping_too(server: Discord, caller: Caller) -> None:
    text = {"type": 10, "content": someone(BOB)}

    await send(caller, GENERAL, {"flags": 1 << 15, "components": [text]})

    assert server.messages(GENERAL)[0].pings.users == {BOB.id}
