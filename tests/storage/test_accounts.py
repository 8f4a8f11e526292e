"""What moderators do, in a database and in memory alike; all of it is in the audit."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.accounts import Accounts, Act, Block, Tier
from engine.allowance import UNLIMITED
from engine.errors import InvalidRequest, NotFound
from engine.job import Owner
from engine.ports import Ledger
from tests.storage.samples import ALICE, BOB, LATER, NOON, a_job

ACT = Act(who="discord:99", at=NOON, why="a kind of magic")
CHARLIE = "discord:3"


async def test_without_tiers_everybody_is_unlimited(accounts: Accounts) -> None:
    assert await accounts.allowance(CHARLIE, ("11",)) == UNLIMITED
    assert await accounts.allowance("local") == UNLIMITED


async def test_the_default_tier_is_everybodys_but_the_machines_owners(accounts: Accounts) -> None:
    await accounts.change_tier("default", {"per_day": 5, "tier": 2}, ACT)

    assert (await accounts.allowance(CHARLIE)).per_day == 5
    assert await accounts.allowance("local") == UNLIMITED


async def test_the_terminal_is_limited_where_somebody_said_so(accounts: Accounts) -> None:
    await accounts.change_tier("default", {"per_day": 5, "most_steps": 9}, ACT)

    await accounts.set_terms("local", {"per_day": 7}, ACT)

    assert await accounts.allowance("local") == replace(UNLIMITED, per_day=7)


async def test_roles_give_tiers_by_rank_and_a_name_goes_before_them(accounts: Accounts) -> None:
    await accounts.change_tier("member", {"per_day": 50}, ACT, roles=["11"], rank=2)
    await accounts.change_tier("patron", {"per_day": 500}, ACT, roles=["12", "12"], rank=1)

    by_role = await accounts.allowance(CHARLIE, ("11", "12"))
    await accounts.set_tier(CHARLIE, "member", ACT)
    by_name = await accounts.allowance(CHARLIE, ("11", "12"))

    assert (by_role.per_day, by_name.per_day) == (500, 50)
    assert [tier.name for tier in await accounts.tiers()] == ["patron", "member"]
    assert (await accounts.tiers())[0].roles == ("12",)


async def test_a_persons_own_terms_go_before_the_tiers(accounts: Accounts) -> None:
    await accounts.change_tier("default", {"per_day": 5, "most_steps": 9}, ACT)

    await accounts.set_terms(CHARLIE, {"per_day": None, "window": 7200}, ACT)
    await accounts.set_terms(CHARLIE, {"most_running": 1}, ACT, forget=["window"])

    allowance = await accounts.allowance(CHARLIE)
    assert (allowance.per_day, allowance.most_steps, allowance.most_running) == (None, 9, 1)
    standing = await accounts.standing(CHARLIE, NOON)
    assert (standing.tier, standing.terms) == ("default", {"per_day": None, "most_running": 1})


async def test_a_tier_changes_field_by_field(accounts: Accounts) -> None:
    await accounts.change_tier("member", {"per_day": 50, "burst": 3}, ACT, roles=["11"], rank=4)

    await accounts.change_tier("member", {"per_day": 60}, ACT, forget=["burst"])

    assert await accounts.tiers() == [
        Tier(name="member", rank=4, roles=("11",), terms={"per_day": 60})
    ]


async def test_a_removed_tier_is_nobodys(accounts: Accounts) -> None:
    await accounts.change_tier("member", {"per_day": 50}, ACT)
    await accounts.set_tier(CHARLIE, "member", ACT)

    await accounts.remove_tier("member", ACT)
    await accounts.change_tier("member", {"per_day": 1}, ACT)

    assert await accounts.allowance(CHARLIE) == UNLIMITED


async def test_an_unknown_tier_is_answered_with_the_nearest(accounts: Accounts) -> None:
    await accounts.change_tier("member", {}, ACT)

    for wrong in (accounts.set_tier(CHARLIE, "memer", ACT), accounts.remove_tier("membre", ACT)):
        with pytest.raises(InvalidRequest, match="Did you mean member"):
            await wrong

    assert not (await accounts.standing(CHARLIE, NOON)).known


async def test_a_grant_to_somebody_who_never_asked_makes_them_known(accounts: Accounts) -> None:
    before = await accounts.standing(CHARLIE, NOON)

    grant = await accounts.grant(CHARLIE, 12.346, ACT, expires=LATER)

    standing = await accounts.standing(CHARLIE, NOON)
    assert (before.known, standing.known) == (False, True)
    assert standing.grants == (grant,)
    assert (grant.credits, grant.left, grant.expires, grant.granted) == (12.35, 12.35, LATER, NOON)
    assert standing.granted(NOON) == 12.35


@pytest.mark.parametrize("credits", [0, -3, float("nan"), float("inf"), 1e18])
async def test_a_gift_of_no_amount_is_refused(accounts: Accounts, credits: float) -> None:
    with pytest.raises(InvalidRequest):
        await accounts.grant(CHARLIE, credits, ACT)

    assert not await accounts.audit()


async def test_a_grant_is_taken_back_once(accounts: Accounts) -> None:
    grant = await accounts.grant(CHARLIE, 5, ACT)

    await accounts.take_back_grant(grant.id, ACT)

    for gone in (grant.id, 2**40):
        with pytest.raises(NotFound, match=f"no grant {gone}"):
            await accounts.take_back_grant(gone, ACT)
    assert (await accounts.standing(CHARLIE, NOON)).granted(NOON) == 0


async def test_a_block_is_shown_and_taken_away(accounts: Accounts) -> None:
    await accounts.block(CHARLIE, ACT, until=LATER)
    await accounts.block(CHARLIE, replace(ACT, why=""))
    blocked = (await accounts.standing(CHARLIE, NOON)).block

    await accounts.unblock(CHARLIE, ACT)

    assert blocked == Block(why="", until=None)
    assert blocked.holds(NOON)
    assert (await accounts.standing(CHARLIE, NOON)).block is None
    with pytest.raises(NotFound, match="discord:3 is not blocked"):
        await accounts.unblock(CHARLIE, ACT)


async def test_a_block_that_is_over_already_is_refused(accounts: Accounts) -> None:
    with pytest.raises(InvalidRequest, match="over already"):
        await accounts.block(CHARLIE, ACT, until=NOON)


@pytest.mark.parametrize("nobody", ["", "a\x00b", "a\ud800", "x" * 201])
async def test_what_is_no_id_is_refused_by_every_verb(accounts: Accounts, nobody: str) -> None:
    for verb in (
        accounts.standing(nobody, NOON),
        accounts.grant(nobody, 1, ACT),
        accounts.set_terms(nobody, {}, ACT),
        accounts.set_tier(nobody, None, ACT),
        accounts.block(nobody, ACT),
        accounts.unblock(nobody, ACT),
    ):
        with pytest.raises(InvalidRequest, match="no person's id"):
            await verb


async def test_ids_over_2_to_the_53_are_not_rounded(accounts: Accounts) -> None:
    one, other = f"discord:{2**53 + 1}", f"discord:{2**53}"
    await accounts.change_tier("member", {"per_day": 1}, ACT, roles=[str(2**53 + 1)])

    await accounts.set_terms(one, {"per_day": 3}, ACT)

    assert (await accounts.allowance(one)).per_day == 3
    assert await accounts.allowance(other) == UNLIMITED
    assert await accounts.allowance(other, (str(2**53),)) == UNLIMITED
    assert (await accounts.allowance(other, (str(2**53 + 1),))).per_day == 1


async def test_people_are_listed_by_when_they_asked_last(
    ledger: Ledger, accounts: Accounts
) -> None:
    await ledger.record(a_job(id="first", owner=ALICE), now=NOON)
    await ledger.record(a_job(id="second", owner=BOB), now=LATER)
    await accounts.grant(ALICE.id, 1, replace(ACT, at=LATER + timedelta(days=1)))

    before = await accounts.people()
    nameless = replace(ALICE, name="\x00")
    await ledger.record(a_job(id="third", owner=nameless), now=LATER + timedelta(seconds=1))

    assert before == [BOB, ALICE]
    assert await accounts.people(1) == [ALICE]


@pytest.mark.parametrize("search", ["ALIC", "ice", ALICE.id, "Alice"])
async def test_people_are_found_by_a_part_of_their_name_or_id(
    ledger: Ledger, accounts: Accounts, search: str
) -> None:
    await ledger.record(a_job(id="first", owner=replace(ALICE, name="Alice")), now=NOON)
    await ledger.record(a_job(id="second", owner=replace(BOB, name="Bob")), now=LATER)

    assert [owner.name for owner in await accounts.people(search=search)] == ["Alice"]


@pytest.mark.parametrize("search", ["%", "_", "alice bob", "\\"])
async def test_signs_stand_for_nothing_but_themselves(
    ledger: Ledger, accounts: Accounts, search: str
) -> None:
    await ledger.record(a_job(id="first", owner=ALICE), now=NOON)

    assert await accounts.people(search=search) == []


async def test_letters_with_dots_are_found_as_they_are_written(
    ledger: Ledger, accounts: Accounts
) -> None:
    aenne = replace(ALICE, name="Änne")
    await ledger.record(a_job(id="first", owner=aenne), now=NOON)

    assert await accounts.people(search="Änn") == [aenne]


async def test_a_name_changes_with_the_next_job(ledger: Ledger, accounts: Accounts) -> None:
    await ledger.record(a_job(id="first", owner=ALICE), now=NOON)
    await ledger.record(a_job(id="second", owner=replace(ALICE, name="Alicia")), now=LATER)

    assert await accounts.people() == [Owner(id=ALICE.id, name="Alicia")]


async def test_movements_are_listed_newest_first(ledger: Ledger, accounts: Accounts) -> None:
    for number in range(3):
        at = NOON + timedelta(minutes=number)
        await ledger.record(a_job(id=f"fox {number}", price=float(number)), now=at)

    assert [entry.job for entry in await accounts.entries(ALICE.id, 2)] == ["fox 2", "fox 1"]


async def test_every_deed_is_in_the_audit_with_who_whom_what_why_and_when(
    accounts: Accounts,
) -> None:
    await accounts.change_tier("member", {"per_day": 5}, ACT, roles=["11"])
    grant = await accounts.grant(CHARLIE, 7, ACT, expires=LATER)
    await accounts.take_back_grant(grant.id, ACT)
    await accounts.set_terms(CHARLIE, {"burst": 3}, ACT)
    await accounts.set_tier(CHARLIE, "member", ACT)
    await accounts.block(CHARLIE, ACT, until=LATER)
    await accounts.unblock(CHARLIE, ACT)
    await accounts.remove_tier("member", ACT)

    deeds = (await accounts.audit())[::-1]

    assert {(deed.who, deed.why, deed.at) for deed in deeds} == {
        ("discord:99", "a kind of magic", NOON)
    }
    nothing = {"rank": 0, "roles": [], "terms": {}}
    member = {"rank": 0, "roles": ["11"], "terms": {"per_day": 5}}
    assert [(deed.whom, deed.what, deed.details) for deed in deeds] == [
        ("tier member", "change tier", {"before": nothing, "after": member}),
        (CHARLIE, "grant", {"grant": grant.id, "credits": 7.0, "expires": LATER.isoformat()}),
        (CHARLIE, "take back", {"grant": grant.id, "left": 7.0}),
        (CHARLIE, "terms", {"before": {}, "after": {"burst": 3}}),
        (CHARLIE, "tier", {"before": None, "after": "member"}),
        (CHARLIE, "block", {"until": LATER.isoformat()}),
        (CHARLIE, "unblock", {}),
        ("tier member", "remove tier", {}),
    ]


async def test_the_audit_has_pages_and_knows_about_whom(accounts: Accounts) -> None:
    for number, owner in enumerate([ALICE.id, BOB.id, ALICE.id, BOB.id, ALICE.id]):
        await accounts.grant(owner, number + 1, replace(ACT, why=f"{number}"))

    newest = await accounts.audit(most=2)
    older = await accounts.audit(before=newest[-1].id)
    about = await accounts.audit(whom=ALICE.id)

    assert [deed.why for deed in newest] == ["4", "3"]
    assert [deed.why for deed in older] == ["2", "1", "0"]
    assert [deed.why for deed in about] == ["4", "2", "0"]


async def test_a_reason_may_be_empty_and_is_kept_as_far_as_it_can_be_written(
    accounts: Accounts,
) -> None:
    for why in ("", "a\x00b\nc\ud800'; DROP TABLE audit; --"):
        await accounts.grant(CHARLIE, 1, replace(ACT, why=why))

    assert [deed.why for deed in await accounts.audit()] == ["ab c'; DROP TABLE audit; --", ""]


async def test_two_moderators_at_once_lose_none_of_their_changes(accounts: Accounts) -> None:
    names = ("per_day", "per_window", "burst", "most_steps", "most_waiting", "most_running")

    await asyncio.gather(*(accounts.set_terms(CHARLIE, {name: 7}, ACT) for name in names))
    await asyncio.gather(*(accounts.change_tier("member", {name: 7}, ACT) for name in names))

    assert (await accounts.standing(CHARLIE, NOON)).terms == dict.fromkeys(names, 7)
    assert (await accounts.tiers())[0].terms == dict.fromkeys(names, 7)


async def test_the_audit_knows_what_was_done_on_a_server_and_to_it(accounts: Accounts) -> None:
    here = replace(ACT, where="discord:9")
    await accounts.block(ALICE.id, here)
    await accounts.unblock(ALICE.id, replace(ACT, where="discord:8"))
    await accounts.block(ALICE.id, ACT)
    await accounts.note("server discord:9", "settings", ACT, {"before": {}, "after": {}})
    await accounts.note(BOB.id, "cancel", here, {"job": "1f"})

    deeds = await accounts.audit(server="discord:9")

    assert [(deed.whom, deed.what) for deed in deeds] == [
        (BOB.id, "cancel"),
        ("server discord:9", "settings"),
        (ALICE.id, "block"),
    ]
    assert deeds[0].details == {"job": "1f", "server": "discord:9"}
    assert len(await accounts.audit(server="discord:9", whom=BOB.id)) == 1
    assert not await accounts.audit(server="discord:7")


async def test_the_same_key_gives_once(accounts: Accounts) -> None:
    act = replace(ACT, key="http:prize")

    first = await accounts.grant(CHARLIE, 5, act, expires=LATER)
    again, at_once = await asyncio.gather(
        accounts.grant(CHARLIE, 5, act, expires=LATER),
        accounts.grant(CHARLIE, 5, replace(act, at=NOON + timedelta(seconds=1)), expires=LATER),
    )
    other = await accounts.grant(CHARLIE, 5, replace(act, key="http:more"), expires=LATER)
    another_moderators = await accounts.grant(
        CHARLIE, 5, replace(act, who="discord:98"), expires=LATER
    )
    elsewhere = await accounts.grant(ALICE.id, 5, act, expires=LATER)

    assert first == again == at_once
    assert len({grant.id for grant in (first, other, another_moderators, elsewhere)}) == 4
    assert len((await accounts.standing(CHARLIE, NOON)).grants) == 3


async def test_the_same_key_for_another_gift_is_refused(accounts: Accounts) -> None:
    act = replace(ACT, key="http:prize")
    await accounts.grant(CHARLIE, 5, act)

    for credits, expires in ((6, None), (5, LATER)):
        with pytest.raises(InvalidRequest, match="another grant"):
            await accounts.grant(CHARLIE, credits, act, expires=expires)

    assert len((await accounts.standing(CHARLIE, NOON)).grants) == 1


async def test_gifts_without_a_key_are_as_many_as_were_given(accounts: Accounts) -> None:
    await accounts.grant(CHARLIE, 5, ACT)
    await accounts.grant(CHARLIE, 5, ACT)

    assert len((await accounts.standing(CHARLIE, NOON)).grants) == 2
