"""What is still answered over HTTP while Easel is being stopped, and how."""

import asyncio
from typing import Any

import pytest

from bot.web.health import STOPPING
from bot.web.waited import GOES, STAYS
from engine.job import Owner, Status
from engine.request import ImageRequest
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.events.listener import listening
from tests.engine.house import until

OWNER = Owner(id="discord:1", name="Alice")


@pytest.fixture
async def alice(visit: Visit, house: House) -> Client:
    return await visit(await house.key("alice", owner=OWNER))


async def test_it_is_alive_and_not_ready(alice: Client, house: House) -> None:
    house.line.end()

    alive, ready = await alice.get("/healthz"), await alice.get("/readyz")

    assert (alive.status, ready.status) == (200, 503)
    assert await ready.text() == STOPPING


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/jobs", {"prompt": "a fox"}),
        ("/v1/images/generations", {"prompt": "a fox"}),
        ("/generate", {"prompt": "a fox"}),
        ("/sdapi/v1/txt2img", {"prompt": "a fox"}),
    ],
)
async def test_nothing_new_is_taken_in_and_programs_know_when_to_come_back(
    alice: Client, house: House, path: str, asked: dict[str, Any]
) -> None:
    house.line.end()

    answer = await alice.post(path, json=asked)

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "10"
    assert "ask again" in await answer.text()
    assert not house.line.jobs


async def test_what_is_being_painted_is_waited_for_and_shown(alice: Client, house: House) -> None:
    asking = asyncio.create_task(alice.post("/generate", json={"prompt": "a fox"}))
    await until(lambda: bool(house.painter.painting))

    house.line.end()
    house.painter.gate.set()
    answer = await asking

    assert answer.content_type == "image/png"


@pytest.mark.parametrize("key", [None, "once"])
async def test_whoever_waits_in_vain_is_told_what_becomes_of_it(
    alice: Client, house: House, key: str | None
) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    asked = {"prompt": "a fox", "response_format": "b64_json"}
    asking = asyncio.create_task(alice.post("/v1/images/generations", json=asked, headers=headers))
    await until(lambda: bool(house.painter.painting))
    [job] = house.line.jobs

    house.line.end(overdue=True)
    answer = await asking

    status = (await house.ledger.job(job)).status
    assert answer.status == 503
    assert (STAYS if key else GOES) in await answer.text()
    assert status == (Status.QUEUED if key else Status.CANCELLED)


@pytest.mark.parametrize("key", [None, "once"])
async def test_what_is_stored_at_the_last_moment_is_handed_over(
    alice: Client, house: House, key: str | None
) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    storing, may = asyncio.Event(), asyncio.Event()
    finish = house.ledger.finish

    async def slow(*told: Any) -> None:
        storing.set()
        await may.wait()
        await finish(*told)

    vars(house.ledger)["finish"] = slow
    asking = asyncio.create_task(alice.post("/generate", json={"prompt": "a fox"}, headers=headers))
    house.painter.gate.set()
    await storing.wait()

    house.line.end(overdue=True)
    await asyncio.sleep(0)
    may.set()
    answer = await asking

    assert answer.status == 200
    assert answer.content_type == "image/png"


async def test_an_open_page_hears_of_it(alice: Client, house: House) -> None:
    await house.studio.submit(ImageRequest(prompt="a fox"), OWNER)
    await until(lambda: bool(house.line.works))
    async with listening(alice) as stream:
        house.line.end()
        told = await stream.until("queue", gate="stopping")

    asked = await (await alice.get("/v1/queue")).json()
    assert told.content["painting"] == 1
    assert asked["gate"] == "stopping"
