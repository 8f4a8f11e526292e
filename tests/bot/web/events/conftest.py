"""Streams with patience of the test's own, behind the real door."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.cookie import HOME, Cookies
from bot.web.doorkeeper import Doorkeeper
from bot.web.events import Hub
from bot.web.rate import Rate
from bot.web.routes import Routes
from bot.web.stream import Streams
from engine.clock import utc_now
from engine.job import Job
from tests.bot.web.conftest import SECRET, Client, House

LONG = b'"' + b"x" * 400_000 + b'"'


async def a_long_one(_: Job) -> bytes:
    """What a job looks like that nobody can read quickly."""
    return LONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A program of which only the streams can be had."""

    server: TestServer
    hub: Hub
    streams: Streams


OpenStreams = Callable[..., Awaitable[Streamed]]


@pytest.fixture
async def open_streams(house: House) -> AsyncIterator[OpenStreams]:
    servers: list[TestServer] = []

    async def opened(**options: float) -> Streamed:
        hub = Hub(
            line=house.line,
            ledger=house.ledger,
            places=house.studio.places,
            show=a_long_one,
            gap_s=0,
        )
        streams = Streams(hub, **options)  # type: ignore[arg-type]  # numbers all
        pages = web.Application()
        cookies = Cookies(SECRET, utc_now)
        keys = house.app.keys
        door = Doorkeeper(keys=keys, cookies=cookies, host="easel.example", now=utc_now)
        Routes(doorkeeper=door, rate=Rate()).add_to(pages.router, streams.endpoints())
        streams.add_to(pages)

        async def enter(_: web.Request) -> web.Response:
            response = web.Response()
            cookies.give(response, HOME, secure=False)
            return response

        pages.router.add_get("/", enter)
        server = TestServer(pages)
        await server.start_server()
        servers.append(server)
        return Streamed(server=server, hub=hub, streams=streams)

    yield opened
    for server in servers:
        await server.close()


async def somebody(house: House, streamed: Streamed) -> Client:
    """With a key; whoever asked for it closes the session."""
    secret = await house.key("somebody")
    return TestClient(streamed.server, headers={"Authorization": f"Bearer {secret}"})
