"""The roles that somebody had last: whoever asks without them has the same tier as before."""

import asyncio

import pytest

from engine.accounts import Accounts, Act
from engine.errors import InvalidRequest
from engine.ports import Ledger
from tests.storage.samples import ALICE, LATER, NOON, a_job

ACT = Act(who="discord:99", at=NOON)


@pytest.fixture(autouse=True)
async def _tiers(accounts: Accounts) -> None:
    await accounts.change_tier("member", {"per_day": 50, "weight": 3, "tier": 1}, ACT, roles=["11"])
    await accounts.change_tier("default", {"per_day": 5}, ACT, rank=9)


async def test_roles_are_those_of_the_last_time_where_nobody_says_them(accounts: Accounts) -> None:
    with_roles = await accounts.allowance(ALICE.id, ("12", "11"))

    assert (with_roles.weight, with_roles.tier) == (3, 1)
    assert await accounts.allowance(ALICE.id) == with_roles
    assert await accounts.allowance(ALICE.id, None) == with_roles


async def test_no_roles_are_no_roles_and_are_remembered_too(accounts: Accounts) -> None:
    await accounts.allowance(ALICE.id, ("11",))

    assert (await accounts.allowance(ALICE.id, ())).per_day == 5
    assert (await accounts.allowance(ALICE.id)).per_day == 5


async def test_roles_hold_before_and_after_the_first_job(
    ledger: Ledger, accounts: Accounts
) -> None:
    allowance = await accounts.allowance(ALICE.id, ("11",))
    await ledger.record(a_job(), allowance, LATER)

    assert await accounts.allowance(ALICE.id) == allowance
    assert await accounts.people() == [ALICE]


async def test_a_tier_that_a_role_gives_later_is_given_to_who_had_the_role(
    accounts: Accounts,
) -> None:
    await accounts.allowance(ALICE.id, ("12",))

    await accounts.change_tier("patron", {"per_day": 500}, ACT, roles=["12"])

    assert (await accounts.allowance(ALICE.id)).per_day == 500


async def test_a_standing_says_which_tier_counts_and_by_which_role(accounts: Accounts) -> None:
    await accounts.allowance(ALICE.id, ("12", "11", "11"))

    by_role = await accounts.standing(ALICE.id, NOON)
    asked = await accounts.standing(ALICE.id, NOON, ("12",))
    await accounts.set_tier(ALICE.id, "member", ACT)
    by_name = await accounts.standing(ALICE.id, NOON)

    assert (by_role.tier, by_role.role, by_role.roles) == ("member", "11", ("11", "12"))
    assert (asked.tier, asked.role, asked.roles) == ("default", None, ("12",))
    assert (by_name.tier, by_name.role) == ("member", None)


async def test_to_look_at_somebody_changes_nothing(accounts: Accounts) -> None:
    await accounts.standing(ALICE.id, NOON, ("11",))

    assert not (await accounts.standing(ALICE.id, NOON)).known
    assert (await accounts.allowance(ALICE.id)).per_day == 5


async def test_somebody_without_roles_is_not_known_by_asking(accounts: Accounts) -> None:
    await accounts.allowance(ALICE.id, ())
    await accounts.allowance(ALICE.id)

    assert await accounts.people() == []


async def test_many_at_once_agree(accounts: Accounts) -> None:
    asked = [accounts.allowance(f"discord:{number % 3}", ("11",)) for number in range(12)]

    allowances = await asyncio.gather(*asked)

    assert {allowance.weight for allowance in allowances} == {3}
    assert len(await accounts.people()) == 3


async def test_what_is_no_role_is_refused(accounts: Accounts) -> None:
    with pytest.raises(InvalidRequest, match="no role's id"):
        await accounts.allowance(ALICE.id, ("a\x00b",))
