"""The queue over HTTP: its length, one's own places, and what moderators see and do of it."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bot.settings import Settings
from engine.key import Scope
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted, told
from tests.engine.house import until

QUEUE = "/v1/queue"


async def ask(client: Client, prompt: str) -> dict[str, Any]:
    answer = await client.post("/v1/jobs", json={"prompt": prompt})
    assert answer.status == 202, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def a_member(visit: Visit, house: House, name: str = "member") -> Client:
    return await visit(await house.key(name, Scope.READ, Scope.PAINT))


async def full(client: Client, house: House) -> None:
    """All seats are taken."""
    for number in range(house.painter.seats):
        await ask(client, f"an owl {number}")
    await until(lambda: len(house.painter.painting) == house.painter.seats)


async def test_an_empty_queue_is_open(caller: Client) -> None:
    queue = await told(caller, QUEUE)

    assert queue == {
        "waiting": 0,
        "painting": 0,
        "ahead_seconds": 0,
        "gate": "open",
        "painters": [{"name": "easel", "state": "ready", "seats": 2, "busy": 0}],
        "jobs": [],
    }


async def test_everybody_sees_how_long_it_is_and_only_their_own_jobs(
    caller: Client, visit: Visit, house: House
) -> None:
    await full(caller, house)
    member = await a_member(visit, house)
    own = await ask(member, "a secret fox")

    queue = await told(member, QUEUE)

    assert (queue["waiting"], queue["painting"]) == (1, house.painter.seats)
    assert queue["ahead_seconds"] > own["price"]
    assert [job["id"] for job in queue["jobs"]] == [own["id"]]
    assert queue["jobs"][0]["place"]["ahead"] == 0
    assert (queue["jobs"][0]["owner"], queue["jobs"][0]["name"]) == ("key:member", "member")


async def test_a_moderator_sees_whose_jobs_there_are_and_not_what_they_are(
    caller: Client, visit: Visit, house: House
) -> None:
    member = await a_member(visit, house)
    await full(member, house)
    waiting = await ask(member, "a secret fox")

    answer = await caller.get(QUEUE)
    queue = await answer.json()
    first = await told(caller, QUEUE, limit=1)

    assert [job["status"] for job in queue["jobs"]] == ["painting", "painting", "queued"]
    assert queue["jobs"][-1]["id"] == waiting["id"]
    assert {job["owner"] for job in queue["jobs"]} == {"key:member"}
    assert queue["jobs"][-1]["pictures"] == 1
    assert queue["jobs"][-1]["price"] == waiting["price"]
    assert "secret" not in await answer.text()
    assert first["jobs"] == queue["jobs"][:1]


async def test_a_paused_queue_begins_nothing_until_it_is_open_again(
    caller: Client, visit: Visit, house: House
) -> None:
    house.painter.gate.set()
    member = await a_member(visit, house)

    paused = await caller.put(QUEUE, json={"gate": "paused", "why": "the card is hot"})
    job = await ask(member, "a fox")
    seen = await told(member, QUEUE)
    opened = await caller.put(QUEUE, json={"gate": "open"})
    await until(lambda: not house.line.jobs)

    assert (await paused.json())["gate"] == "paused"
    assert job["place"]["paused"] is True
    assert seen["gate"] == "paused"
    assert (await opened.json())["gate"] == "open"
    assert (await told(member, f"/v1/jobs/{job['id']}"))["status"] == "done"
    [resumed, stopped] = (await told(caller, "/v1/audit", whom="queue"))["deeds"]
    assert (stopped["what"], stopped["why"]) == ("pause", "the card is hot")
    assert (resumed["who"], resumed["what"]) == ("key:tests", "resume")


async def test_a_draining_queue_takes_nothing_in(
    caller: Client, visit: Visit, house: House
) -> None:
    member = await a_member(visit, house)
    await caller.put(QUEUE, json={"gate": "draining"})

    answer = await member.post("/v1/jobs", json={"prompt": "a fox"})

    assert answer.status == 503
    assert "Retry-After" in answer.headers
    assert "moderator" in (await answer.json())["detail"]


async def test_a_moderator_cancels_anybodys_job(caller: Client, visit: Visit, house: House) -> None:
    member = await a_member(visit, house)
    job = await ask(member, "a secret fox")

    answer = await caller.delete(f"{QUEUE}/{job['id']}", params={"why": "too many"})
    again = await caller.delete(f"{QUEUE}/{job['id']}")
    unknown = await caller.delete(f"{QUEUE}/{'0' * 32}")

    assert answer.status == 200
    assert (await answer.json())["status"] == "cancelled"
    assert "secret" not in await answer.text()
    assert (again.status, unknown.status) == (409, 404)
    assert (await told(member, f"/v1/jobs/{job['id']}"))["status"] == "cancelled"
    [deed, _] = (await told(caller, "/v1/audit", whom="key:member"))["deeds"]
    assert (deed["what"], deed["why"], deed["details"]) == (
        "cancel",
        "too many",
        {"job": job["id"]},
    )


async def test_what_cannot_be_audited_is_not_done(
    caller: Client, visit: Visit, house: House, settings: Settings
) -> None:
    member = await a_member(visit, house)
    job = await ask(member, "a fox")
    with closing(
        sqlite3.connect(settings.data_dir / "easel.db", isolation_level=None, timeout=30)
    ) as database:
        # Else whoever writes between its look and its change has it end at once.
        database.execute("BEGIN IMMEDIATE")
        database.execute("ALTER TABLE audit RENAME TO torn_out")
        database.execute("COMMIT")

    answer = await caller.delete(f"{QUEUE}/{job['id']}")

    assert answer.status == 503
    assert (await told(member, f"/v1/jobs/{job['id']}"))["status"] != "cancelled"


async def test_ones_own_job_is_cancelled_without_a_deed(caller: Client) -> None:
    job = await ask(caller, "a fox")

    answer = await caller.delete(f"{QUEUE}/{job['id']}")

    assert answer.status == 200
    deeds = (await told(caller, "/v1/audit", whom="key:tests"))["deeds"]
    assert "cancel" not in {deed["what"] for deed in deeds}


async def test_only_moderators_touch_the_queue(visit: Visit, house: House, caller: Client) -> None:
    member = await a_member(visit, house)
    job = await ask(caller, "a fox")

    paused = await member.put(QUEUE, json={"gate": "paused"})
    cancelled = await member.delete(f"{QUEUE}/{job['id']}")

    assert (paused.status, cancelled.status) == (403, 403)
    assert (await told(caller, QUEUE))["gate"] == "open"


@pytest.mark.parametrize("body", [{}, {"gate": "shut"}, {"gate": None}, {"gates": "open"}])
async def test_a_gate_that_there_is_not_is_refused(caller: Client, body: dict[str, Any]) -> None:
    answer = await caller.put(QUEUE, json=body)

    assert answer.status == 422
    assert "gate" in (await answer.json())["detail"]


async def test_what_is_done_stands_in_no_queue(caller: Client, house: House) -> None:
    await painted(caller, house, "a fox")

    assert (await told(caller, QUEUE))["jobs"] == []
