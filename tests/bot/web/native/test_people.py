"""People over HTTP: what moderators see of them, and do about what they may use."""

from datetime import timedelta
from typing import Any

import pytest

from engine.accounts import Act
from engine.clock import utc_now
from engine.job import Owner
from engine.key import Scope
from engine.prompt import read_prompt
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted, told

PEOPLE = "/v1/people"
ALICE = f"{PEOPLE}/discord:1"
ALICIA = Owner(id="discord:1", name="Alicia")


async def a_member(visit: Visit, house: House) -> Client:
    return await visit(await house.key("member", Scope.READ, Scope.PAINT, owner=ALICIA))


async def done(client: Client, method: str, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.request(method, path, json=body)
    assert answer.status in {200, 201}, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def test_people_are_found_by_a_part_of_their_name(caller: Client, house: House) -> None:
    await painted(caller, house, "an owl")
    await house.studio.submit(read_prompt("a fox"), ALICIA)

    everybody = (await told(caller, PEOPLE))["people"]
    found = (await told(caller, PEOPLE, search="LICI"))["people"]
    by_id = (await told(caller, PEOPLE, search="key:"))["people"]

    assert [one["name"] for one in everybody] == ["Alicia", "tests"]
    assert [one["owner"] for one in found] == ["discord:1"]
    assert [one["owner"] for one in by_id] == ["key:tests"]
    assert (await told(caller, PEOPLE, search="100%"))["people"] == []


async def test_somebody_is_shown_with_what_they_took(
    caller: Client, visit: Visit, house: House
) -> None:
    job = await painted(await a_member(visit, house), house, "a secret fox")

    answer = await caller.get(ALICE)
    person = await answer.json()

    assert person["known"] is True
    assert person["used_today"] == 0.5
    assert {entry["job"] for entry in person["entries"]} == {job["id"]}
    assert "secret" not in await answer.text()


async def test_who_was_never_here_is_shown_as_such(caller: Client) -> None:
    person = await told(caller, f"{PEOPLE}/42")

    assert (person["owner"], person["known"]) == ("discord:42", False)


async def test_credits_are_given_and_taken_back(caller: Client) -> None:
    end = (utc_now() + timedelta(days=30)).isoformat()

    grant = await done(caller, "POST", f"{ALICE}/grants", credits=5, why="a prize", expires=end)
    given = await told(caller, ALICE)
    after = await done(caller, "DELETE", f"{ALICE}/grants/{grant['id']}")
    again = await caller.delete(f"{ALICE}/grants/{grant['id']}")

    assert (grant["credits"], grant["left"]) == (5, 5)
    assert [one["id"] for one in given["grants"]] == [grant["id"]]
    assert (given["granted"], after["granted"], after["grants"]) == (5, 0, [])
    assert again.status == 404
    [taken, gave] = (await told(caller, "/v1/audit", whom="discord:1"))["deeds"]
    assert (gave["who"], gave["what"], gave["why"]) == ("key:tests", "grant", "a prize")
    assert taken["what"] == "take back"


async def test_a_grant_that_is_asked_for_again_is_given_once(caller: Client) -> None:
    once, body = {"Idempotency-Key": "prize"}, {"credits": 5}

    first = await caller.post(f"{ALICE}/grants", json=body, headers=once)
    again = await caller.post(f"{ALICE}/grants", json=body, headers=once)
    other = await caller.post(f"{ALICE}/grants", json={"credits": 6}, headers=once)

    assert (await first.json())["id"] == (await again.json())["id"]
    assert other.status == 422
    assert (await told(caller, ALICE))["granted"] == 5


async def test_a_grant_is_taken_back_from_whom_it_was_given(caller: Client) -> None:
    grant = await done(caller, "POST", f"{ALICE}/grants", credits=5)

    answer = await caller.delete(f"{PEOPLE}/discord:2/grants/{grant['id']}")

    assert answer.status == 404
    assert (await told(caller, ALICE))["granted"] == 5


async def test_somebody_gets_a_tier_and_loses_it(caller: Client) -> None:
    await done(caller, "PUT", "/v1/tiers/patron", terms={"per_day": 50})

    given = await done(caller, "PUT", f"{ALICE}/tier", tier="patron", why="thanks")
    lost = await done(caller, "PUT", f"{ALICE}/tier", tier=None)

    assert (given["tier"], given["credits"]["of"]) == ("patron", 50)
    assert (lost["tier"], lost["unlimited"]) == (None, True)


async def test_own_limits_are_set_as_a_whole(caller: Client) -> None:
    first = {"per_day": 10, "priority": 3, "most_waiting": None}
    second = {"most_steps": 30, "per_day": None}

    before = await done(caller, "PUT", f"{ALICE}/terms", terms=first)
    after = await done(caller, "PUT", f"{ALICE}/terms", terms=second)
    none = await done(caller, "PUT", f"{ALICE}/terms", terms={})

    assert before["terms"] == first
    assert before["credits"]["of"] == 10
    assert after["terms"] == second
    assert after["limits"]["steps"] == 30
    assert none["terms"] == {}


async def test_a_block_holds_at_once_until_it_is_taken_back(
    caller: Client, visit: Visit, house: House
) -> None:
    member = await a_member(visit, house)

    blocked = await done(caller, "PUT", f"{ALICE}/block", why="a flood")
    refused = await member.post("/v1/jobs", json={"prompt": "a fox"})
    free = await done(caller, "DELETE", f"{ALICE}/block")
    again = await caller.delete(f"{ALICE}/block")

    assert blocked["blocked"] == {"why": "a flood", "until": None}
    assert refused.status == 429
    assert "a flood" in (await refused.json())["detail"]
    assert free["blocked"] is None
    assert again.status == 404
    assert (await member.post("/v1/jobs", json={"prompt": "a fox"})).status == 202


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("POST", "grants", {}, "credits"),
        ("POST", "grants", {"credits": 0}, "grant of nothing"),
        ("POST", "grants", {"credits": -1}, "no amount"),
        ("POST", "grants", {"credits": 1e300}, "no amount"),
        ("POST", "grants", {"credits": "many"}, "credits"),
        ("POST", "grants", {"credits": 1, "expires": "2020-01-01T00:00:00Z"}, "over already"),
        ("POST", "grants", {"credits": 1, "expires": "2030-01-01T00:00:00"}, "with its zone"),
        ("POST", "grants", {"credits": 1, "expires": "9999-12-31T23:59:59Z"}, "too far"),
        ("POST", "grants", {"credits": 1, "expires": "0001-01-01T00:00:00+14:00"}, "no year"),
        ("PUT", "tier", {}, "tier"),
        ("PUT", "tier", {"tier": "nothing"}, "nothing"),
        ("PUT", "terms", {}, "terms"),
        ("PUT", "terms", {"terms": {"per_dy": 1}}, "per_d"),
        ("PUT", "terms", {"terms": {"per_day": -1}}, "no amount"),
        ("PUT", "terms", {"terms": {"most_steps": 1.5}}, "most_steps"),
        ("PUT", "terms", {"terms": {"weight": None}}, "weight"),
        ("PUT", "terms", {"terms": {"window": 1}}, "window"),
        ("PUT", "block", {"until": "yesterday"}, "until"),
        ("PUT", "block", {"why": "x" * 1001}, "why"),
        ("PUT", "block", {"why": "\x00"}, "why"),
    ],
)
async def test_what_cannot_be_done_is_said(
    caller: Client, method: str, path: str, body: dict[str, Any], word: str
) -> None:
    answer = await caller.request(method, f"{ALICE}/{path}", json=body)

    assert answer.status == 422, await answer.text()
    assert word in (await answer.json())["detail"]
    assert (await told(caller, ALICE))["known"] is False


@pytest.mark.parametrize(
    "person",
    [
        *("%00", "%0A", "%20", "nobody", "discord:abc", "discord:", "discord:42%20", "a%2Fb"),
        *("local:1", "LOCAL", "key:", "key:%20", "telegram:4", "discord:" + "9" * 21),
    ],
)
async def test_what_is_no_person_is_said(caller: Client, person: str) -> None:
    answer = await caller.get(f"{PEOPLE}/{person}")

    assert answer.status == 422
    assert "no person" in (await answer.json())["detail"]


async def test_only_moderators_see_and_touch_anybody(visit: Visit, house: House) -> None:
    await house.app.accounts.grant("discord:1", 1, Act(who="local", at=utc_now()))
    member = await a_member(visit, house)
    asked: list[tuple[str, str, Any]] = [
        ("GET", PEOPLE, None),
        ("GET", ALICE, None),
        ("POST", f"{ALICE}/grants", {"credits": 100}),
        ("DELETE", f"{ALICE}/grants/1", None),
        ("PUT", f"{ALICE}/tier", {"tier": None}),
        ("PUT", f"{ALICE}/terms", {"terms": {}}),
        ("PUT", f"{ALICE}/block", {}),
        ("DELETE", f"{ALICE}/block", None),
    ]

    for method, path, body in asked:
        answer = await member.request(method, path, json=body)
        assert answer.status == 403, path
        assert "moderate" in (await answer.json())["detail"]
