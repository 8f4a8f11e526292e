"""Programs that wait for their pictures, and hang up."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.caller import Caller
from bot.web.waited import PAUSED_GOES, PAUSED_STAYS, painted
from engine.accounts import Act
from engine.clock import utc_now
from engine.errors import QueueFull, StorageFailed
from engine.gate import QUEUE, Gate
from engine.job import Owner, Status
from engine.key import own_person
from engine.request import ImageRequest
from engine.studio import Studio
from tests.bot.web.conftest import Client, House
from tests.engine.house import until

SOMEBODY = own_person("somebody")
A_HERD = ImageRequest(prompt="sheep", count=16)


class AwayOnce:
    """A studio whose database is away at the first try to withdraw something."""

    def __init__(self, studio: Studio) -> None:
        self._studio, self.tries = studio, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._studio, name)

    async def cancel(self, job: str, owner: Owner) -> bool:
        self.tries += 1
        if self.tries == 1:
            raise StorageFailed("The database is away.")
        return await self._studio.cancel(job, owner)


class There:
    """Somebody who does not hang up, and how often that was looked at."""

    def __init__(self) -> None:
        self.looks = 0
        transport = cast(
            asyncio.Transport, SimpleNamespace(is_closing=self.look, get_extra_info=lambda *_: None)
        )
        self.request = make_mocked_request("POST", "/generate", transport=transport)

    def look(self) -> bool:
        self.looks += 1
        return False


async def put(house: House, gate: Gate) -> None:
    """As a moderator does: what is not kept is forgotten with the next look at what others did."""
    act = Act(who="discord:9", at=utc_now())
    await house.app.accounts.note(QUEUE, gate.value, act, {})
    house.line.gate = gate


async def test_what_nobody_waits_for_is_withdrawn_once_the_database_is_back(house: House) -> None:
    studio = AwayOnce(house.studio)
    app = replace(house.app, studio=cast(Studio, studio))
    there, caller = There(), Caller(owner=SOMEBODY, scopes=frozenset())
    asked = ImageRequest(prompt="a fox")
    waiting = asyncio.create_task(painted(app, there.request, caller, asked))
    await until(lambda: bool(house.painter.painting))
    [job] = house.line.jobs

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not house.line.jobs)

    assert studio.tries == 2
    assert (await house.ledger.job(job)).status == Status.CANCELLED


WAITING = [
    ("/generate", ("detail",)),
    ("/v1/images/generations", ("error", "message")),
    ("/sdapi/v1/txt2img", ("detail",)),
]


@pytest.mark.parametrize(("path", "words"), WAITING)
async def test_who_would_wait_for_a_paused_queue_hears_so_at_once(
    caller: Client, house: House, path: str, words: tuple[str, ...]
) -> None:
    await put(house, Gate.PAUSED)

    answer = await caller.post(path, json={"prompt": "a fox"})

    told = await answer.json()
    for name in words:
        told = told[name]
    assert (answer.status, told) == (503, PAUSED_GOES)
    assert int(answer.headers["Retry-After"]) > 0
    assert not house.line.jobs


async def test_with_a_key_the_job_keeps_its_place_in_a_paused_queue(
    caller: Client, house: House
) -> None:
    asked, once = {"prompt": "a fox"}, {"Idempotency-Key": "once"}
    await put(house, Gate.PAUSED)
    answer = await caller.post("/generate", json=asked, headers=once)
    [job] = house.line.jobs

    house.painter.gate.set()
    await put(house, Gate.OPEN)
    house.line.bell.set()
    again = await caller.post("/generate", json=asked, headers=once)

    assert (answer.status, (await answer.json())["detail"]) == (503, PAUSED_STAYS)
    assert (again.status, again.headers["X-Job-Id"]) == (200, job)


async def test_what_is_there_already_needs_no_open_queue(caller: Client, house: House) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "seed": 7}
    first = await caller.post("/generate", json=asked)

    await put(house, Gate.PAUSED)
    again = await caller.post("/generate", json=asked)

    assert (again.status, await again.read()) == (200, await first.read())


async def test_what_was_begun_before_a_pause_is_waited_for(house: House) -> None:
    there, caller = There(), Caller(owner=SOMEBODY, scopes=frozenset())
    asked = ImageRequest(prompt="a fox")
    waiting = asyncio.create_task(painted(house.app, there.request, caller, asked, bears_s=0))
    await until(lambda: bool(house.painter.painting and there.looks))

    await put(house, Gate.PAUSED)
    await until(lambda: there.looks > 1 or waiting.done())
    house.painter.gate.set()

    assert len((await waiting).pictures) == 1


async def test_who_waits_hears_of_a_pause_that_they_bear_no_longer(house: House) -> None:
    await house.studio.submit(A_HERD, SOMEBODY)
    await until(lambda: len(house.painter.painting) == house.painter.seats)
    there, caller = There(), Caller(owner=own_person("later"), scopes=frozenset())
    asked = ImageRequest(prompt="a fox")
    waiting = asyncio.create_task(painted(house.app, there.request, caller, asked, bears_s=0))
    await until(lambda: there.looks > 0)

    await put(house, Gate.PAUSED)

    with pytest.raises(QueueFull, match="paused"):
        await waiting
