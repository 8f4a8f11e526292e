"""Quota over HTTP: what somebody has left, and when the rest is back."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.web.native.standing import told_standing
from engine.accounts import Act, Block, Standing
from engine.allowance import UNLIMITED, Allowance
from engine.clock import utc_now
from engine.job import Owner
from engine.key import Scope
from engine.purse import Purse
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted, told

NOON = datetime(2026, 5, 31, 12, tzinfo=UTC)
ALICE = Owner(id="discord:1", name="Alice")
WHO = "key:tests"


def standing(
    allowance: Allowance, purse: Purse | None = None, block: Block | None = None
) -> Standing:
    return Standing(
        owner=ALICE,
        known=True,
        tier=None,
        terms={},
        allowance=allowance,
        purse=purse or Purse(),
        block=block,
    )


async def test_without_limits_there_are_no_credits_to_count(caller: Client) -> None:
    quota = await told(caller, "/v1/quota")

    assert (quota["owner"], quota["name"]) == (WHO, "tests")
    assert quota["unlimited"] is True
    assert quota["credits"] is None
    assert quota["limits"] == {"pixels": None, "steps": None, "waiting": None, "at_once": None}


async def test_what_was_painted_is_taken_from_the_day(caller: Client, house: House) -> None:
    act = Act(who="local", at=utc_now())
    terms = {"per_day": 10.0, "largest_pixels": 65536, "most_steps": 30, "most_waiting": 5}
    await house.app.accounts.change_tier("default", terms, act)
    await painted(caller, house, "a fox")

    quota = await told(caller, "/v1/quota")

    assert quota["tier"] == "default"
    assert quota["unlimited"] is False
    assert quota["credits"]["left"] == 9.5
    assert (quota["credits"]["of"], quota["credits"]["period"]) == (10, "day")
    assert quota["credits"]["renews"].endswith("T00:00:00Z")
    assert quota["limits"] == {"pixels": 65536, "steps": 30, "waiting": 5, "at_once": None}


async def test_credits_that_were_given_and_held_are_told(caller: Client, house: House) -> None:
    await house.app.accounts.grant(WHO, 3, Act(who="local", at=utc_now()))
    asked = await (await caller.post("/v1/jobs", json={"prompt": "a fox"})).json()

    quota = await told(caller, "/v1/quota")

    assert quota["granted"] == 3
    assert quota["held"] == pytest.approx(asked["price"], abs=0.01)


async def test_who_is_blocked_reads_why(caller: Client, house: House) -> None:
    end = utc_now() + timedelta(days=1)
    await house.app.accounts.block(WHO, Act(who="local", at=utc_now(), why="a flood"), until=end)

    blocked = (await told(caller, "/v1/quota"))["blocked"]

    assert blocked["why"] == "a flood"
    assert datetime.fromisoformat(blocked["until"]) == end


def test_of_day_and_window_the_one_is_told_of_which_less_is_left() -> None:
    allowance = Allowance(per_day=10, per_window=6, window=timedelta(hours=3), burst=4)
    spent = Purse(day=NOON.date(), used=900, level=100.0, at=NOON.timestamp())
    burst = Purse(day=NOON.date(), used=300, level=300.0, at=NOON.timestamp())

    by_day = told_standing(standing(allowance, spent), NOON).credits
    by_window = told_standing(standing(allowance, burst), NOON).credits

    assert by_day is not None
    assert by_window is not None
    assert (by_day.left, by_day.of, by_day.period) == (1, 10, "day")
    assert by_day.renews == NOON + timedelta(hours=12)
    assert (by_window.left, by_window.of, by_window.period) == (1, 4, "3 hours")
    assert by_window.renews == NOON + timedelta(hours=1.5)


@pytest.mark.parametrize(
    ("window", "name"),
    [
        (timedelta(minutes=1), "minute"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(hours=1), "hour"),
        (timedelta(days=1), "day"),
        (timedelta(days=7), "7 days"),
    ],
)
def test_a_window_is_called_by_its_length(window: timedelta, name: str) -> None:
    credits = told_standing(standing(Allowance(per_window=6, window=window)), NOON).credits

    assert credits is not None
    assert (credits.period, credits.renews) == (name, None)


def test_a_block_that_is_over_is_none() -> None:
    over = Block(why="a flood", until=NOON - timedelta(seconds=1))

    assert told_standing(standing(UNLIMITED, block=over), NOON).blocked is None


async def test_a_key_that_may_not_look_reads_no_quota(visit: Visit, house: House) -> None:
    blind = await visit(await house.key("blind", Scope.PAINT))

    assert (await blind.get("/v1/quota")).status == 403
