"""Who may do what as a moderator, whatever Discord lets them call."""

from dataclasses import replace
from typing import Any

import discord
import pytest

from bot.discord.commands.mod.rights import owners_of
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.moderator import ACT, did, may, put_elsewhere_too
from tests.discord_server.nouns import User
from tests.discord_server.options import NotOffered
from tests.discord_server.permissions import Permission
from tests.discord_server.portrait import application_of, user_of
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    BOB,
    BOT,
    GENERAL,
    HERMIT,
    MORGAN,
    OWNER,
    PLAZA,
)

EVERYTHING: list[tuple[str, dict[str, Any]]] = [
    ("quota", {"person": MORGAN, "give": 9.0}),
    ("tier", {"name": "all", "per_day": "none"}),
    ("block", {"person": ALICE, "reason": "spam"}),
    ("unblock", {"person": ALICE}),
    ("filter", {"do": "list"}),
    ("channel", {}),
    ("audit", {}),
    ("pause", {"queue": "resume"}),
]


async def test_discord_offers_it_to_those_who_manage_the_server(
    server: Discord, easel: Easel
) -> None:
    for user, channel in ((ALICE, GENERAL), (MORGAN, server.direct(MORGAN)), (BOB, PLAZA)):
        with pytest.raises(NotOffered):
            await server.command(user, channel, "mod audit")


async def test_whoever_discord_lets_in_must_be_a_moderator_all_the_same(
    server: Discord, easel: Easel
) -> None:
    for command, options in EVERYTHING:
        server.spoil(may(Permission.SEND_MESSAGES))

        assert "Only" in await did(server, command, **options), command
    assert not await easel.app.accounts.audit()


async def test_who_keeps_the_talk_in_order_sets_nothing_for_the_whole_server(
    server: Discord, easel: Easel
) -> None:
    refused = set()
    for command, options in EVERYTHING:
        server.spoil(may(Permission.MANAGE_MESSAGES))

        if "Only those who may manage this server" in await did(server, command, **options):
            refused.add(command)

    assert refused == {"quota", "tier", "channel", "pause"}


async def test_what_counts_everywhere_is_not_for_the_moderators_of_one_of_several_servers(
    server: Discord, easel: Easel
) -> None:
    await put_elsewhere_too(server)

    refused = {
        command
        for command, options in EVERYTHING
        if "Ask whoever runs this bot" in await did(server, command, **options)
    }

    assert refused == {"quota", "tier", "block", "unblock", "pause"}
    assert not await easel.app.accounts.audit()


async def test_where_anybody_may_ask_the_bot_in_its_only_server_may_be_a_strangers(
    server: Discord, open_easel: OpenEasel
) -> None:
    server.world.public = True

    async with open_easel() as easel:
        told = await did(server, "quota", person=MORGAN, give=9.0)
        asked = await server.command(OWNER, GENERAL, "mod quota", person=MORGAN, give=9.0)
        message = await server.message(asked)
        grants = (await easel.app.accounts.standing("discord:2003", utc_now())).grants

    assert "switch off “Public Bot”" in told
    assert "9.00 credits more" in message.text
    assert len(grants) == 1


async def test_the_bots_owner_may_everywhere(server: Discord, easel: Easel) -> None:
    await put_elsewhere_too(server)

    asked = await server.command(OWNER, GENERAL, "mod block", person=ALICE, reason="spam")

    assert "<@2001> may ask for nothing" in (await server.message(asked)).text


async def test_a_button_of_the_audit_works_for_moderators_alone(
    server: Discord, easel: Easel
) -> None:
    for number in range(10):
        await easel.app.accounts.note("discord:2001", f"deed {number}", ACT, {})
    page = await server.message(await server.command(MORGAN, GENERAL, "mod audit"))

    server.spoil(may(Permission.SEND_MESSAGES))
    pressed = await server.press(MORGAN, page, "Older")

    assert "Only moderators" in (await server.message(pressed)).text


async def test_where_there_are_several_servers_each_sees_what_was_done_there(
    server: Discord, easel: Easel
) -> None:
    await easel.app.accounts.note("discord:2001", "here", ACT, {})
    await easel.app.accounts.note("discord:2001", "there", replace(ACT, where="discord:3002"), {})
    everything = await did(server, "audit")
    await put_elsewhere_too(server)

    own = await did(server, "audit", person=ALICE)

    assert "there" in everything
    assert "here" in own
    assert "there" not in own


async def test_where_somebody_brought_the_bot_along_nobody_moderates(
    server: Discord, easel: Easel
) -> None:
    server.spoil(lambda told: told.update(authorizing_integration_owners={"1": "2003"}))

    assert "a server that asked me in" in await did(server, "filter", do="list")


class Users:
    """Makes users of what Discord tells of them."""

    def create_user(self, told: Any) -> discord.User:
        state: Any = self
        return discord.User(state=state, data=told)


def test_of_a_team_those_are_trusted_who_joined_it_and_do_more_than_read() -> None:
    def member(user: User, joined: int, role: str) -> dict[str, Any]:
        return {"user": user_of(user), "membership_state": joined, "role": role, "team_id": "9"}

    team = {
        "id": "9",
        "name": "Painters",
        "icon": None,
        "owner_user_id": str(ALICE.id),
        "members": [
            member(ALICE, 2, "admin"),
            member(BOB, 2, "developer"),
            member(MORGAN, 2, "read_only"),
            member(HERMIT, 1, "admin"),
        ],
    }
    state: Any = Users()
    alone: Any = application_of(BOT, OWNER)
    together: Any = {**alone, "team": team}

    assert owners_of(discord.AppInfo(state, alone)) == {OWNER.id}
    assert owners_of(discord.AppInfo(state, together)) == {ALICE.id, BOB.id}
    assert owners_of(None) == set()
