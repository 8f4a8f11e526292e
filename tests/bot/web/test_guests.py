"""Who is here by a key leaves when it opens no more."""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from aiohttp import ClientPayloadError, ServerDisconnectedError, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.test_utils import make_mocked_request

from bot.web.caller import AT_HOME, Caller
from bot.web.guests import FOR_EVER, Guests, Stay
from engine.clock import utc_now
from engine.errors import StorageFailed
from engine.job import Status
from engine.key import Scope, own_person
from engine.keys import Keys
from engine.request import ImageRequest
from storage.memory_keys import MemoryKeys
from storage.memory_purses import MemoryPurses
from tests.bot.web.conftest import Client, House, Visit, client_of
from tests.bot.web.events.listener import listening
from tests.engine.house import until
from tests.storage.samples import NOON

WITHIN_S = 30
"""Patience with the machine; what is waited for is a second."""
A_DAY = timedelta(days=1)
NOTHING_SENT = cast(AbstractStreamWriter, SimpleNamespace(output_size=0))
A_VISIT = make_mocked_request("GET", "/", writer=NOTHING_SENT)
A_REQUEST = ImageRequest(prompt="a fox")


class Asked(MemoryKeys):
    """Counts how often it was asked, and is away as often as it is told to be."""

    def __init__(self) -> None:
        super().__init__(MemoryPurses())
        self.asked: list[Collection[str]] = []
        self.away = 0
        self.answers = asyncio.Event()
        self.answers.set()

    async def opening(self, ids: Collection[str], now: datetime) -> Mapping[str, Collection[Scope]]:
        self.asked.append(ids)
        if self.away:
            self.away -= 1
            raise StorageFailed("The database is away.")
        await self.answers.wait()
        return await super().opening(ids, now)


class Clock:
    """Stands still."""

    now = NOON

    def __call__(self) -> datetime:
        return self.now


async def somebody(keys: Keys, name: str = "site", **more: datetime) -> Caller:
    owner = own_person(name)
    key, _ = await keys.add(name, owner, {Scope.READ}, more.get("expires"), NOON)
    return Caller(owner=owner, scopes=key.scopes, key=key.id)


async def stay(guests: Guests, caller: Caller, scope: Scope = Scope.READ) -> None:
    """Until somebody ends it."""
    async with guests.staying(A_VISIT, caller, scope):
        await asyncio.Event().wait()


async def begun(guests: Guests, caller: Caller, count: int = 1) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(stay(guests, caller)) for _ in range(count)]
    await asyncio.sleep(0)
    return tasks


async def let_go(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_all_who_came_with_a_revoked_key_leave_and_nobody_else() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    one, other = await somebody(keys), await somebody(keys, "other")
    theirs, others = await begun(guests, one, 3), await begun(guests, other)

    await keys.revoke("site", NOON)
    outcomes = await asyncio.gather(*theirs, return_exceptions=True)
    await until(lambda: len(keys.asked) > 5)

    assert [type(outcome) for outcome in outcomes] == [web.HTTPUnauthorized] * 3
    assert not others[0].done()
    await let_go(*others)


async def test_who_came_with_a_key_that_expires_leaves_then() -> None:
    keys, clock = Asked(), Clock()
    guests = Guests(keys, clock, look_s=0.01)
    [task] = await begun(guests, await somebody(keys, expires=NOON + A_DAY))
    await until(lambda: len(keys.asked) > 2)
    before = task.done()

    clock.now += A_DAY

    with pytest.raises(web.HTTPUnauthorized):
        await task
    assert not before


async def test_who_may_no_longer_do_it_leaves() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    reader = await somebody(keys)

    with pytest.raises(web.HTTPUnauthorized):
        await stay(guests, reader, Scope.PAINT)


async def test_a_thousand_with_one_key_are_one_question() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    caller = await somebody(keys)
    tasks = await begun(guests, caller, 1000)

    await until(lambda: len(keys.asked) > 2)

    assert all(asked == {caller.key} for asked in keys.asked)
    await let_go(*tasks)


async def test_while_the_database_is_away_nobody_is_sent_away() -> None:
    keys = Asked()
    keys.away = 3
    guests = Guests(keys, Clock(), look_s=0.01)
    [task] = await begun(guests, await somebody(keys))

    await until(lambda: len(keys.asked) > 3)
    before = task.done()
    await keys.revoke("site", NOON)

    with pytest.raises(web.HTTPUnauthorized):
        await task
    assert not before


async def test_who_comes_while_others_are_asked_about_stays() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    keys.answers.clear()
    first = await begun(guests, await somebody(keys))
    await until(lambda: bool(keys.asked))

    second = await begun(guests, await somebody(keys, "other"))
    keys.answers.set()
    await until(lambda: len(keys.asked) > 3)

    assert not second[0].done()
    await let_go(*first, *second)


async def test_while_nobody_is_here_nobody_is_asked() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0)
    await let_go(*await begun(guests, await somebody(keys)))
    for _ in range(10):
        await asyncio.sleep(0)

    assert not keys.asked


async def test_who_needs_no_key_stays() -> None:
    guests = Guests(Asked(), Clock(), look_s=0)

    async with guests.staying(A_VISIT, AT_HOME, Scope.READ) as stay:
        assert stay is FOR_EVER


async def test_an_answer_that_has_begun_breaks_off() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    caller = await somebody(keys)

    async def send(request: web.Request) -> web.StreamResponse:
        async with guests.staying(request, caller, Scope.READ):
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"the beginning")
            await keys.revoke("site", NOON)
            await asyncio.Event().wait()
            return response

    pages = web.Application()
    pages.router.add_get("/", send)
    async with client_of(pages) as client:
        answer = await client.get("/")

        with pytest.raises((ClientPayloadError, ServerDisconnectedError)):
            await answer.read()


async def test_who_says_how_to_end_is_not_broken_off() -> None:
    keys = Asked()
    guests = Guests(keys, Clock(), look_s=0.01)
    caller, over = await somebody(keys), asyncio.Event()

    async with guests.staying(A_VISIT, caller, Scope.READ) as own:
        own.end = over.set
        await keys.revoke("site", NOON)
        await asyncio.wait_for(over.wait(), WITHIN_S)

    assert isinstance(own, Stay)


@pytest.fixture
async def reader(visit: Visit, house: House) -> Client:
    return await visit(await house.key("reader", Scope.READ, Scope.PAINT))


async def test_a_stream_ends_with_its_key_and_others_go_on(
    reader: Client, visit: Visit, house: House
) -> None:
    other = await visit(await house.key("other"))
    async with listening(reader) as stream, listening(other) as going_on:
        await stream.greeting()
        await going_on.greeting()

        await revoke(house)
        async with asyncio.timeout(WITHIN_S):
            await stream.to_the_end()
        ticket = await house.studio.submit(A_REQUEST, own_person("other"))
        heard = await going_on.until("job", id=ticket.job.id)

    assert heard.content["id"] == ticket.job.id
    assert (await reader.get("/v1/events")).status == 401


async def test_a_stream_by_a_cookie_ends_with_the_key_that_it_came_of(
    visit: Visit, house: House
) -> None:
    browser, secret = await visit(), await house.key("reader")
    await browser.post("/login", json={"password": secret})
    async with listening(browser) as stream:
        await stream.greeting()

        await revoke(house)

        async with asyncio.timeout(WITHIN_S):
            await stream.to_the_end()


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/generate", ("detail",)),
        ("/v1/images/generations", ("error", "message")),
        ("/sdapi/v1/txt2img", ("detail",)),
    ],
)
async def test_who_waits_for_a_picture_hears_that_the_key_is_over_and_gets_none(
    reader: Client, house: House, path: str, message: tuple[str, ...]
) -> None:
    waiting = asyncio.create_task(reader.post(path, json={"prompt": "a fox"}))
    await until(lambda: bool(house.painter.painting))
    [job] = house.line.jobs

    await revoke(house)
    answer = await asyncio.wait_for(waiting, WITHIN_S)

    told = await answer.json()
    for name in message:
        told = told[name]
    assert answer.status == 401
    assert "revoked" in told
    await until(lambda: not house.line.jobs)
    assert (await house.ledger.job(job)).status == Status.CANCELLED


async def revoke(house: House) -> None:
    await house.app.keys.revoke("reader", utc_now())
