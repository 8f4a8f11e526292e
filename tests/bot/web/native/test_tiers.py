"""Tiers and the audit over HTTP, for moderators."""

from typing import Any

import pytest

from engine.key import Scope
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import told

TIERS = "/v1/tiers"
PATRON = {"terms": {"per_day": 50, "priority": 1}, "roles": ["11"], "rank": 2}


async def test_a_tier_is_made_and_shown(caller: Client) -> None:
    answer = await caller.put(f"{TIERS}/patron", json=PATRON)

    assert await answer.json() == {"name": "patron", **PATRON}
    assert (await told(caller, TIERS))["tiers"] == [{"name": "patron", **PATRON}]


async def test_its_limits_are_set_as_a_whole_and_its_roles_stay(caller: Client) -> None:
    await caller.put(f"{TIERS}/patron", json=PATRON)

    answer = await caller.put(f"{TIERS}/patron", json={"terms": {"most_steps": 30}})

    told = await answer.json()
    assert told == {"name": "patron", "terms": {"most_steps": 30}, "roles": ["11"], "rank": 2}


async def test_a_tier_is_removed_once(caller: Client) -> None:
    await caller.put(f"{TIERS}/patron", json=PATRON)

    gone = await caller.delete(f"{TIERS}/patron", params={"why": "no more"})
    again = await caller.delete(f"{TIERS}/patron")

    assert (gone.status, again.status) == (204, 404)
    assert (await told(caller, TIERS))["tiers"] == []


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("two words", {}, "one word"),
        ("patron", {"rank": 2**40}, "rank"),
        ("patron", {"terms": {"priority": "high"}}, "priority"),
        ("patron", {"roles": [""]}, "role"),
        ("patron", {"roles": "11"}, "roles"),
        ("patron", {"term": {}}, "terms"),
    ],
)
async def test_what_is_no_tier_is_said(
    caller: Client, name: str, body: dict[str, Any], word: str
) -> None:
    answer = await caller.put(f"{TIERS}/{name}", json=body)

    assert answer.status == 422
    assert word in (await answer.json())["detail"]
    assert (await told(caller, TIERS))["tiers"] == []


async def test_the_audit_goes_back_page_by_page(caller: Client) -> None:
    for number in range(3):
        await caller.put(f"{TIERS}/patron", json={"rank": number, "why": f"reason {number}"})

    newest = await told(caller, "/v1/audit", whom="tier patron", limit=2)
    older = await told(
        caller, "/v1/audit", whom="tier patron", limit=2, before=newest["deeds"][-1]["id"]
    )

    assert [deed["why"] for deed in newest["deeds"]] == ["reason 2", "reason 1"]
    assert [deed["why"] for deed in older["deeds"]] == ["reason 0"]
    assert (newest["more"], older["more"]) == (True, False)
    assert newest["deeds"][0]["who"] == "key:tests"
    assert newest["deeds"][0]["told"] == "rank 1 → 2"


@pytest.mark.parametrize("query", [{"limit": "0"}, {"before": "x"}, {"who": "me"}])
async def test_a_page_that_there_is_not_is_refused(caller: Client, query: dict[str, str]) -> None:
    assert (await caller.get("/v1/audit", params=query)).status == 422


async def test_only_moderators_see_and_change_tiers(visit: Visit, house: House) -> None:
    member = await visit(await house.key("member", Scope.READ, Scope.PAINT))

    assert (await member.get(TIERS)).status == 403
    assert (await member.put(f"{TIERS}/patron", json={})).status == 403
    assert (await member.delete(f"{TIERS}/patron")).status == 403
    assert (await member.get("/v1/audit")).status == 403
