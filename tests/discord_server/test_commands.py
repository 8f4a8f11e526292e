"""Commands that the bot registers: Discord's bounds, and who is offered them."""

from dataclasses import replace

import pytest

from tests.discord_server.caller import Caller, code_of, flaws_of
from tests.discord_server.command_rules import flaws_in_commands
from tests.discord_server.nouns import Channel, Overwrite, Upload, User
from tests.discord_server.options import NotOffered
from tests.discord_server.permissions import Permission
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    BOB,
    ELSEWHERE_ID,
    GENERAL,
    GROWN_UPS,
    MORGAN,
    OWNER,
    PATRONS,
    PICTURES,
    PICTURES_ID,
    PLAZA,
    TETE_A_TETE,
    TRAVELLER,
)

SEE = int(Permission.VIEW_CHANNEL)
DENIED = Overwrite(whom=PICTURES_ID, deny=SEE)


def command(name: str = "paint", **more: object) -> Json:
    """One that is right, but for what is changed."""
    return {"name": name, "description": "Paints", **more}


def option(name: str = "prompt", kind: int = 3, **more: object) -> Json:
    """One that is right, but for what is changed."""
    return {"type": kind, "name": name, "description": "What", **more}


CHOICES = [{"name": str(n), "value": str(n)} for n in range(26)]
WORDY = [{"name": f"{n:0100}", "value": str(n)} for n in range(25)]
LONG = [option(f"o{n}", choices=WORDY) for n in range(4)]


@pytest.mark.usefixtures("description")
@pytest.mark.parametrize(
    ("commands", "flawed"),
    [
        ([command("Paint")], "0.name"),
        ([command("two words")], "0.name"),
        ([command("x" * 33)], "0.name"),
        ([command(), command()], "1.name"),
        ([command(f"c{n}") for n in range(101)], ""),
        ([{"name": f"c{n}", "type": 3} for n in range(16)], ""),
        ([command(description="")], "0.description"),
        ([command(description="x" * 101)], "0.description"),
        ([command(type=3)], "0"),
        ([command(name_localizations={"de": "Malen"})], "0.name_localizations.de"),
        ([command(name_localizations={"tlh": "x"})], "0.name_localizations.tlh"),
        ([command(options=[option(f"o{n}") for n in range(26)])], "0.options"),
        ([command(options=[option(), option()])], "0.options"),
        ([command(options=[option("a"), option("b", required=True)])], "0.options.1"),
        ([command(options=[option(choices=CHOICES)])], "0.options.0.choices"),
        ([command(options=[option(choices=CHOICES[:1] * 2)])], "0.options.0.choices"),
        ([command(options=[option(choices=CHOICES[:1], autocomplete=True)])], "0.options.0"),
        ([command(options=[option(kind=4, min_value=2, max_value=1)])], "0.options.0"),
        ([command(options=[option(max_length=6001)])], "0.options.0.max_length"),
        ([command(options=[option("a", 1), option("b", 3)])], "0.options"),
        ([command(options=LONG)], "0"),
    ],
)
async def test_commands_have_bounds(caller: Caller, commands: list[Json], flawed: str) -> None:
    said = await caller.ask(Route.SYNC, commands)

    assert code_of(said) == (400, 50035)
    assert flawed in [path for path, _ in flaws_of(said)]


@pytest.mark.parametrize(("kinds", "count"), [((2, 1), 0), ((1, 1), 1), ((2, 2, 1), 1)])
def test_subcommands_are_nested_so_deep_and_no_deeper(kinds: tuple[int, ...], count: int) -> None:
    options: list[Json] = []
    for kind in reversed(kinds):
        options = [option("inner", kind, options=options)]

    assert len(list(flaws_in_commands([command(options=options)]))) == count


async def test_a_command_keeps_its_id(caller: Caller) -> None:
    _, first = await caller.ask(Route.SYNC, [command()])
    _, second = await caller.ask(Route.SYNC, [command(description="Other"), command("more")])

    assert second[0]["id"] == first[0]["id"]
    assert (await caller.ask(Route.COMMANDS))[1] == second


async def test_200_new_commands_a_day_are_enough(server: Discord, caller: Caller) -> None:
    for round_ in range(2):
        every = [command(f"c{round_}-{n}") for n in range(99)]
        assert (await caller.ask(Route.SYNC, every))[0] == 200

    said = await caller.ask(Route.SYNC, [command("new")])
    server.clock.move(86_401)
    later = await caller.ask(Route.SYNC, [command("new")])

    assert code_of(said) == (400, 30034)
    assert later[0] == 200


async def test_a_server_has_commands_of_its_own(server: Discord, caller: Caller) -> None:
    await caller.ask(Route.SYNC_GUILD, [command("local")], guild_id=PICTURES_ID)
    denied = await caller.ask(Route.SYNC_GUILD, [command("local")], guild_id=ELSEWHERE_ID)

    asked = await server.command(ALICE, GENERAL, "local")

    assert asked.data["guild_id"] == str(PICTURES_ID)
    assert code_of(denied) == (403, 50001)


@pytest.mark.parametrize(
    ("more", "user", "channel", "offered"),
    [
        ({}, ALICE, GENERAL, True),
        ({}, TRAVELLER, PLAZA, False),
        ({"integration_types": [0, 1]}, TRAVELLER, PLAZA, True),
        ({"integration_types": [0, 1]}, BOB, PLAZA, False),
        ({"integration_types": [0, 1], "contexts": [0, 1]}, TRAVELLER, TETE_A_TETE, False),
        ({"integration_types": [1], "contexts": [2]}, TRAVELLER, TETE_A_TETE, True),
        ({"contexts": [1]}, ALICE, GENERAL, False),
        ({"integration_types": [0, 1]}, MORGAN, PLAZA, False),
        ({"nsfw": True}, ALICE, GENERAL, False),
        ({"nsfw": True}, ALICE, GROWN_UPS, True),
        ({"default_member_permissions": 1 << 5}, ALICE, GENERAL, False),
        ({"default_member_permissions": 1 << 5}, MORGAN, GENERAL, True),
        ({"default_member_permissions": 0}, MORGAN, GENERAL, False),
        ({"default_member_permissions": 0}, OWNER, GENERAL, True),
    ],
)
async def test_commands_are_offered_where_they_belong(
    server: Discord, caller: Caller, more: Json, user: User, channel: Channel, offered: bool
) -> None:
    await caller.ask(Route.SYNC, [command(**more)])

    try:
        await server.command(user, channel, "paint")
        used = True
    except NotOffered:
        used = False

    assert used is offered


@pytest.mark.parametrize("whom", [PICTURES_ID, PATRONS.id, ALICE.id])
async def test_a_channel_can_be_closed_to_commands(
    server: Discord, caller: Caller, whom: int
) -> None:
    commands = int(Permission.USE_APPLICATION_COMMANDS)
    server.put_channel(replace(GENERAL, overwrites=(Overwrite(whom=whom, deny=commands),)))

    with pytest.raises(NotOffered, match="nobody may"):
        await server.command(ALICE, GENERAL, "hello")


@pytest.mark.parametrize(
    "overwrites",
    [
        (DENIED, Overwrite(whom=PATRONS.id, allow=SEE)),
        (DENIED, Overwrite(whom=ALICE.id, allow=SEE, of_member=True)),
        (DENIED, Overwrite(whom=PATRONS.id, deny=SEE), Overwrite(whom=ALICE.id, allow=SEE)),
    ],
)
async def test_a_channel_can_be_open_to_some(
    server: Discord, caller: Caller, overwrites: tuple[Overwrite, ...]
) -> None:
    server.put_channel(replace(GENERAL, overwrites=overwrites))

    await server.command(ALICE, GENERAL, "hello")

    with pytest.raises(NotOffered, match="cannot see"):
        await server.command(BOB, GENERAL, "hello")


async def test_administrators_may_everything(server: Discord, caller: Caller) -> None:
    everyone, moderators, patrons = PICTURES.roles
    mighty = replace(moderators, permissions=int(Permission.ADMINISTRATOR))
    server.put_guild(replace(PICTURES, roles=(everyone, mighty, patrons)))
    server.put_channel(replace(GENERAL, overwrites=(DENIED,)))

    asked = await server.command(MORGAN, GENERAL, "hello")

    assert asked.user == MORGAN


async def test_nobody_uses_commands_where_they_see_nothing(server: Discord, caller: Caller) -> None:
    with pytest.raises(NotOffered, match="cannot see"):
        await server.command(MORGAN, PLAZA, "hello")


async def test_in_direct_messages_only_some_are_offered(server: Discord, caller: Caller) -> None:
    await caller.ask(Route.SYNC, [command(), command("inside", contexts=[0])])
    here = server.direct(ALICE)

    await server.command(ALICE, here, "paint")

    with pytest.raises(NotOffered, match="contexts"):
        await server.command(ALICE, here, "inside")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "must be given"),
        ({"prompt": 7}, "does not fit"),
        ({"prompt": "x" * 11}, "out of the bounds"),
        ({"prompt": "x", "count": 5}, "out of the bounds"),
        ({"prompt": "x", "count": True}, "does not fit"),
        ({"prompt": "x", "size": "huge"}, "none of the choices"),
        ({"prompt": "x", "other": 1}, "no option"),
    ],
)
async def test_discords_window_lets_nobody_send_what_does_not_fit(
    server: Discord, caller: Caller, given: Json, reason: str
) -> None:
    options = [
        option(required=True, max_length=10),
        option("count", 4, min_value=1, max_value=4),
        option("size", choices=CHOICES[:2]),
    ]
    await caller.ask(Route.SYNC, [command(options=options)])

    with pytest.raises(NotOffered, match=reason):
        await server.command(ALICE, GENERAL, "paint", **given)


async def test_what_options_name_comes_along(server: Discord, caller: Caller) -> None:
    options = [option("who", 6), option("where", 7), option("image", 11)]
    block = {"type": 1, "name": "block", "description": "x", "options": options}
    await caller.ask(Route.SYNC, [command("mod", options=[block])])
    image = Upload(name="a.png", content=b"x")

    asked = await server.command(ALICE, GENERAL, "mod block", who=BOB, where=GENERAL, image=image)

    (inner,) = asked.data["options"]
    assert (inner["type"], inner["name"]) == (1, "block")
    values = [filled["value"] for filled in inner["options"]]
    resolved = asked.data["resolved"]
    assert values[:2] == [str(BOB.id), str(GENERAL.id)]
    assert list(resolved["users"]) == list(resolved["members"]) == [str(BOB.id)]
    assert resolved["attachments"][values[2]]["filename"] == "a.png"


async def test_a_command_that_was_taken_away_is_gone(server: Discord, caller: Caller) -> None:
    _, (made,) = await caller.ask(Route.SYNC, [command()])

    said = await caller.ask(Route.DELETE_COMMAND, command_id=made["id"])

    assert said[0] == 204
    with pytest.raises(NotOffered, match="no command"):
        await server.command(ALICE, GENERAL, "paint")
