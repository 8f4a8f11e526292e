"""What a terminal shows of a person: which tier counts, and by which role."""

from datetime import UTC, datetime

import pytest

from bot.standings import facts, person_row
from engine.accounts import Act
from storage.memory_accounts import MemoryAccounts
from storage.memory_purses import MemoryPurses

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ACT = Act(who="local", at=NOON)


@pytest.mark.parametrize(
    ("roles", "tier", "told"),
    [
        (("12", "11"), "member, by the role 11", "11, 12"),
        (("12",), "default", "12"),
        ((), "default", "–"),
    ],
)
async def test_the_tier_is_told_with_the_role_that_gives_it(
    roles: tuple[str, ...], tier: str, told: str
) -> None:
    accounts = MemoryAccounts(MemoryPurses())
    await accounts.change_tier("default", {}, ACT, rank=9)
    await accounts.change_tier("member", {}, ACT, roles=["11"])
    await accounts.allowance("discord:1", roles)

    shown = [" ".join(row) for row in facts(await accounts.standing("discord:1", NOON), NOON)]

    assert shown[1:3] == [f"tier {tier}", f"roles {told}"]


async def test_what_was_granted_is_left_too() -> None:
    accounts = MemoryAccounts(MemoryPurses())
    await accounts.set_terms("discord:1", {"per_day": 0}, ACT)
    await accounts.grant("discord:1", 5.0, ACT)

    standing = await accounts.standing("discord:1", NOON)

    assert ("left now", "5.00") in facts(standing, NOON)
    assert person_row(standing, NOON)[4] == "5.00"
