"""What somebody may use, as they see it."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.discord.looks.quota import bar, standing
from engine.accounts import Act, Block, Grant, Standing
from engine.allowance import Allowance
from engine.clock import utc_now
from engine.job import Owner
from engine.purse import Purse
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, MORGAN, PLAZA, TRAVELLER

NOW = datetime(2026, 3, 1, 18, tzinfo=UTC)
MODERATOR = "discord:2003"


def standing_of(
    allowance: Allowance,
    purse: Purse | None = None,
    *,
    grants: tuple[Grant, ...] = (),
    block: Block | None = None,
) -> Standing:
    return Standing(
        owner=Owner(id="discord:1"),
        known=True,
        tier=None,
        terms={},
        allowance=allowance,
        purse=purse or Purse(),
        held=1.5,
        grants=grants,
        block=block,
    )


def told(
    allowance: Allowance,
    purse: Purse | None = None,
    *,
    grants: tuple[Grant, ...] = (),
    block: Block | None = None,
) -> str:
    one = standing_of(allowance, purse, grants=grants, block=block)
    post = standing(one, NOW, waiting=3, price=None)
    return "\n".join(part["content"] for part in post.parts)


def grant(left: float, expires: datetime | None = None) -> Grant:
    return Grant(id=1, owner="discord:1", credits=9, left=left, granted=NOW, expires=expires)


@pytest.mark.parametrize(
    ("share", "full"), [(0, 0), (0.001, 1), (0.5, 6), (0.999, 11), (1, 12), (1.5, 12), (-1, 0)]
)
def test_only_what_is_empty_or_full_looks_so(share: float, full: int) -> None:
    assert bar(share).count("▰") == full
    assert len(bar(share)) == 12


def test_a_day_is_back_at_midnight() -> None:
    words = told(Allowance(per_day=10), Purse(day=NOW.date(), used=250, at=NOW.timestamp()))

    midnight = round(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
    assert "Today ▰▰▰▰▰▰▰▰▰▱▱▱ 7.50 of 10.00 credits left" in words
    assert f"back <t:{midnight}:R>" in words


def test_a_window_is_back_when_all_of_it_has_flowed() -> None:
    allowance = Allowance(per_window=6, window=timedelta(hours=3))

    words = told(allowance, Purse(level=200.0, at=NOW.timestamp()))

    back = round((NOW + timedelta(hours=1)).timestamp())
    assert "In 3 h ▰▰▰▰▰▰▰▰▱▱▱▱ 4.00 of 6.00 credits left" in words
    assert f"back <t:{back}:R>" in words


def test_what_is_full_or_never_comes_back_has_no_time() -> None:
    full = told(Allowance(per_day=10, per_window=6))
    never = told(Allowance(per_window=0))

    assert "<t:" not in full + never
    assert "0.00 of 0.00" in never


def test_grants_are_there_until_they_expire_or_are_used() -> None:
    soon = NOW + timedelta(days=2)

    words = told(Allowance(), grants=(grant(5), grant(4, soon), grant(3, NOW), grant(0)))

    assert "5.00 of 9.00 credits left\n" in words
    assert f"4.00 of 9.00 credits left, gone <t:{round(soon.timestamp())}:R>" in words
    assert "3.00" not in words
    assert "0.00" not in words


def test_very_many_grants_fit_into_a_message() -> None:
    words = told(Allowance(), grants=(grant(5),) * 100, block=Block(why="*" * 1000))

    assert "all together 500.00 credits" in words
    assert len(words) <= 4000


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (None, "until a moderator changes that: spam"),
        (NOW + timedelta(days=1), "until <t:1772474400:f>: spam"),
        (NOW, None),
    ],
)
def test_a_block_says_until_when_and_why(until: datetime | None, words: str | None) -> None:
    said = told(Allowance(), block=Block(why="spam", until=until))

    assert (words in said) if words else ("blocked" not in said)


def test_who_is_blocked_is_not_told_of_credits_without_end() -> None:
    freely = Allowance(most_waiting=sys.maxsize, most_running=sys.maxsize)

    words = told(freely, block=Block(why="spam", until=None))

    assert "As many credits" not in words
    assert "As many credits" in told(freely)


def test_no_text_is_empty() -> None:
    one = replace(
        standing_of(Allowance(most_waiting=sys.maxsize, most_running=sys.maxsize)), held=0
    )
    blocked = replace(one, block=Block(why="spam", until=None))

    posts = [standing(each, NOW, waiting=0, price=None) for each in (one, blocked)]

    assert [len(post.parts) for post in posts] == [2, 2]
    assert all(part["content"] for post in posts for part in post.parts)


def test_limits_are_said_where_there_are_some() -> None:
    words = told(Allowance(largest_pixels=1024 * 1024, most_steps=50))

    assert "Jobs in line: 3 of 20" in words
    assert "up to 4 pictures" in words
    assert "1,048,576 pixels, like 1024×1024" in words
    assert "Most steps: 50" in words


async def test_one_sees_ones_own_with_the_price_of_a_picture(server: Discord, easel: Easel) -> None:
    act = Act(who=MODERATOR, at=utc_now())
    accounts = easel.app.accounts
    await accounts.change_tier("patron", {"per_day": 20}, act, roles=["4002"])
    await accounts.grant("discord:2001", 7, act)

    alice = await server.message(await server.command(ALICE, GENERAL, "quota"))
    morgan = await server.message(await server.command(MORGAN, GENERAL, "quota"))

    assert alice.seen_by == ALICE
    assert "as patron" in alice.text
    assert "20.00 of 20.00 credits left" in alice.text
    assert "7.00 of 7.00" in alice.text
    assert "by book: about 0." in alice.text
    assert "As many credits as you like." in morgan.text
    assert not server.record.refusals


async def test_it_works_wherever_a_person_takes_it_along(server: Discord, easel: Easel) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "quota")

    assert "What you may use" in (await server.message(asked)).text
