"""What moderators give, limit, block, refuse and set."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.app import open_accounts
from bot.discord.commands.mod.orders import Orders
from bot.quota import Quota
from bot.settings import Settings
from bot.terms import read_change
from engine.accounts import Act, Grant
from engine.clock import utc_now
from engine.errors import StorageFailed
from storage.memory_accounts import MemoryAccounts
from storage.memory_purses import MemoryPurses
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import ACT, HERE, did
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import (
    ALICE,
    AUDIT,
    BOB,
    BOT,
    GALLERY,
    GENERAL,
    HIDDEN,
    MORGAN,
    OWNER,
    PATRONS,
    PICTURES,
)

WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("quota", {"person": ALICE, "give": 1.0, "lasting": "soon"}, "like 30m, 12h"),
    ("quota", {"person": ALICE, "per_day": "many"}, "“many” is no number"),
    ("quota", {"person": ALICE, "tier": "membr"}, "There is no tier “membr”"),
    ("quota", {"person": ALICE, "take_back": 9}, "no grant 9"),
    ("quota", {"person": ALICE, "lasting": "7d", "tier": "none"}, "how many credits"),
    ("quota", {"person": ALICE, "per_day": "9", "take_back": 9}, "no grant 9"),
    ("quota", {"person": ALICE, "tier": "none", "steps": "0"}, "at least 1"),
    ("tier", {"per_day": "9"}, "Say which tier"),
    ("tier", {"name": "gone"}, "There is no tier “gone”"),
    ("tier", {"name": "x", "role": PICTURES.roles[0]}, "Everybody has that role"),
    ("block", {"person": ALICE, "reason": "", "length": "0h"}, "like 30m, 12h"),
    ("unblock", {"person": ALICE}, "not blocked"),
    ("filter", {"do": "add"}, "Say which word"),
    ("filter", {"do": "add", "word": "…"}, "no word that can be refused"),
    ("filter", {"do": "add", "word": "/(ab/"}, "is no pattern"),
    ("filter", {"do": "remove", "word": "naked"}, "“naked” is not refused"),
    ("channel", {"answer": True}, "Say which channel"),
    ("channel", {"channel": GALLERY}, "answer or safety"),
    ("channel", {"safety": "blur"}, "EASEL_SAFETY_MODEL"),
    ("channel", {"audit": HIDDEN}, "may not write"),
]


class Full(MemoryAccounts):
    """Where nobody can be given anything."""

    async def grant(
        self, owner: str, credits: float, act: Act, *, expires: datetime | None = None
    ) -> Grant:
        raise StorageFailed("The disk is full.")


async def test_credits_are_given_for_a_time_and_taken_back(server: Discord, easel: Easel) -> None:
    told = await did(server, "quota", person=ALICE, give=12.5, lasting="7d", reason="a prize")

    standing = await easel.app.accounts.standing("discord:2001", utc_now())
    [grant] = standing.grants
    assert (grant.credits, grant.left) == (12.5, 12.5)
    assert grant.expires is not None
    assert timedelta(days=6.9) < grant.expires - utc_now() <= timedelta(days=7)
    assert "12.50 credits more" in told
    assert "**granted** 12.50" in told.replace("\\", "")
    assert "**grant 1** 12.50 of 12.50 credits left, until <t:" in told

    await did(server, "quota", person=ALICE, take_back=grant.id)
    assert (await easel.app.accounts.standing("discord:2001", utc_now())).granted(utc_now()) == 0
    assert [deed.what for deed in await easel.app.accounts.audit()] == ["take back", "grant"]


async def test_a_grant_of_somebody_else_is_left_alone(server: Discord, easel: Easel) -> None:
    await did(server, "quota", person=ALICE, give=5.0)

    told = await did(server, "quota", person=MORGAN, take_back=1)

    [grant] = (await easel.app.accounts.standing("discord:2001", utc_now())).grants
    assert "<@2003> has no grant 1" in told
    assert grant.expires is None


async def test_what_was_done_is_told_where_the_rest_broke() -> None:
    accounts = Full(MemoryPurses())
    orders = Orders(change=read_change({"steps": "9"}), give=5.0)

    said = await orders.carried_out(accounts, "discord:2001", ACT)

    assert said[0] == "It is set."
    assert "Easel cannot save anything right now." in said[1]
    assert (await accounts.allowance("discord:2001")).most_steps == 9
    with pytest.raises(StorageFailed):
        await Orders(change=read_change({}), give=5.0).carried_out(accounts, "discord:2001", ACT)


async def test_limits_are_set_and_forgotten(server: Discord, easel: Easel) -> None:
    await did(server, "tier", name="member", per_day="20", largest="512x512")

    told = await did(server, "quota", person=ALICE, tier="member", per_day="none", steps="9")
    allowance = await easel.app.accounts.allowance("discord:2001")
    await did(server, "quota", person=ALICE, per_day="default")
    after = await easel.app.accounts.allowance("discord:2001")

    assert "It is set." in told
    assert "512×512" in told
    # What is not there is not said, not even by a dash.
    assert "–" not in told
    assert "**roles**" not in told
    assert (allowance.per_day, allowance.most_steps, allowance.largest_pixels) == (None, 9, 262144)
    assert after.per_day == 20


async def test_what_is_wrong_is_said_and_changes_nothing(server: Discord, easel: Easel) -> None:
    for command, options, sentence in WRONG:
        assert sentence in await did(server, command, **options)
    assert not await easel.app.accounts.audit()


async def test_a_role_gives_its_tier(server: Discord, easel: Easel) -> None:
    await did(server, "tier", name="patron", role=PATRONS, priority="-1", weight="2", rank=1)
    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    await server.until(lambda: bool(easel.painter.painting), "a picture being painted")

    allowance = await easel.app.accounts.allowance("discord:2001")
    told = await did(server, "tier")

    assert (allowance.tier, allowance.weight) == (-1, 2)
    assert "**patron** · rank 1 · roles <@&4002> · priority -1 · weight 2" in told

    await did(server, "tier", name="patron", without=PATRONS)
    [tier] = await easel.app.accounts.tiers()
    assert tier.roles == ()
    assert "is gone" in await did(server, "tier", name="patron", remove=True)
    assert "There are no tiers" in await did(server, "tier")


async def test_a_blocked_person_is_told_until_when_and_why(server: Discord, easel: Easel) -> None:
    await did(server, "block", person=ALICE, reason="spam", length="1d12h")

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    refused = (await server.message(ALICE)).text
    block = (await easel.app.accounts.standing("discord:2001", utc_now())).block

    assert block is not None
    assert block.until is not None
    assert timedelta(hours=35.9) < block.until - utc_now() <= timedelta(hours=36)
    assert refused == f"You are blocked until <t:{round(block.until.timestamp())}:f>: spam."


async def test_what_the_blocked_had_asked_for_ends_and_they_are_told_why(
    server: Discord, easel: Easel
) -> None:
    asked = [await server.command(ALICE, GENERAL, "imagine", prompt=f"fox {n}") for n in range(9)]
    for one in asked:
        await server.message(one)
    theirs = await server.command(BOB, GENERAL, "imagine", prompt="a hen")
    await server.message(theirs)

    told = await did(server, "block", person=ALICE, reason="spam")
    ends = [await server.message(one, lambda message: "spam" in message.text) for one in asked]

    assert "is withdrawn" in told
    assert [message.seen_by for message in ends] == [ALICE] * 9
    for one in asked:
        assert one.original is not None
        assert one.original.text.startswith("-# Withdrawn: fox")
    await server.until(lambda: len(easel.app.line.painting) == 1, "the end of what was painted")
    assert not easel.app.line.jobs_of("discord:2001")
    assert len(easel.app.line.jobs_of("discord:2002")) == 1
    standing = await easel.app.accounts.standing("discord:2001", utc_now())
    assert standing.held == 0
    assert standing.purse.used < 100  # of nine, what was begun of two


async def test_a_block_at_the_terminal_withdraws_too(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    await server.message(asked)

    async with open_accounts(settings) as accounts:
        [line] = await Quota(accounts=accounts).block("discord:2001", None, "spam")

    await server.message(asked, lambda message: "spam" in message.text)
    assert "is withdrawn" in line


async def test_who_is_unblocked_may_ask_again(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    assert "until a moderator" in await did(server, "block", person=ALICE, reason="spam")

    await did(server, "unblock", person=ALICE)
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")

    assert (await server.message(asked, lambda message: bool(message.shown))).shown


async def test_words_and_patterns_are_refused_until_they_are_allowed_again(
    server: Discord, easel: Easel
) -> None:
    for word in ("naked", "/f+u+x(es)?/", "blue car"):
        await did(server, "filter", do="add", word=word)

    for prompt in ("a N4KED man", "some fuuxes", "a blue, car"):
        await server.command(ALICE, GENERAL, "imagine", prompt=prompt)
        await server.message(ALICE, lambda message: "This server refuses" in message.text)
    listed = await did(server, "filter", do="list")
    known = await did(server, "filter", do="add", word="Nákéd")
    choices = await server.autocomplete(MORGAN, GENERAL, "mod filter", "word", "nak", do="remove")
    await did(server, "filter", do="remove", word="NAKED")

    assert listed == "```\n/f+u+x(es)?/\nblue car\nnaked\n```"
    assert "refused already" in known
    assert [choice["value"] for choice in choices] == ["naked"]
    settings = (await easel.app.choices.chosen(None, HERE)).settings
    assert settings.refused == ("/f+u+x(es)?/", "blue car")


async def test_a_list_of_refused_words_that_no_message_holds_comes_as_a_file(
    server: Discord, easel: Easel
) -> None:
    words = [f"{number:04}{'x' * 60}" for number in range(200)]
    await easel.app.choices.set_settings(HERE, {"refused": words}, ACT)

    asked = await server.command(MORGAN, GENERAL, "mod filter", do="list")
    message = await server.message(asked)

    [file] = message.shown
    assert file.content.decode().split("\n") == words


async def test_of_very_many_channels_the_rest_is_counted_and_all_else_is_shown(
    server: Discord, easel: Easel
) -> None:
    channels = [str(10**18 + number) for number in range(250)]
    own = [[channel, "refuse"] for channel in channels]
    setting = {"channels": channels, "safety_channels": own, "language": "en"}
    await easel.app.choices.set_settings(HERE, setting, ACT)

    told = await did(server, "channel")

    assert "**language**: en\n" in told
    for line in told.split("\n")[-2:]:
        mentioned = line.count("<#1")
        assert line.endswith(f"… and {250 - mentioned} more.")
        assert mentioned > 50
    assert len(told) <= 4000


async def test_of_tiers_that_no_message_holds_the_rest_is_counted(
    server: Discord, easel: Easel
) -> None:
    for number in range(9):
        roles = [str(10**18 + role) for role in range(40)]
        await easel.app.accounts.change_tier(f"tier{number}", {}, ACT, roles=roles)

    told = await did(server, "tier")

    lines = told.split("\n")
    assert lines[-1].startswith(f"… and {9 - len(lines[:-1])} more.")
    assert all(line.endswith("weight 1") for line in lines[:-1])


async def test_it_answers_in_the_channels_that_are_named(server: Discord, easel: Easel) -> None:
    told = await did(server, "channel", channel=GALLERY, answer=True)

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    refused = (await server.message(ALICE)).text
    after = await did(server, "channel", channel=GALLERY, answer=False)

    assert "**channels**: <#5002>" in told
    assert "<#5002>" in refused
    assert "**channels**: all" in after


async def test_what_was_set_for_a_server_is_shown_and_forgotten(
    server: Discord, easel: Easel
) -> None:
    await did(server, "channel", language="en", audit=AUDIT)
    told = await did(server, "channel")

    after = await did(server, "channel", forget="audit_channel")

    assert "**audit channel**: <#5004>" in told
    assert "**language**: en" in told
    assert "**audit channel**: none" in after


@pytest.mark.parametrize("whom", [BOT, MORGAN, OWNER], ids=["bot", "oneself", "owner"])
async def test_some_cannot_be_blocked(server: Discord, easel: Easel, whom: User) -> None:
    told = await did(server, "block", person=whom, reason="x")

    assert "cannot be blocked" in told
    assert (await easel.app.accounts.standing(f"discord:{whom.id}", utc_now())).block is None
