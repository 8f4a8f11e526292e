"""The whole program behind HTTP, with a painter whose gate is opened by the test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import App, open_app, painting
from bot.painters import Painters
from bot.settings import Settings
from bot.web.app import make_web
from engine.clock import utc_now
from engine.crew import Crew
from engine.job import Owner
from engine.key import Scope, own_person
from engine.line import Line
from engine.ports import Ledger
from engine.studio import Studio
from tests.fakes import BOOK, FakePainter

Client = TestClient[web.Request, web.Application]
SECRET = b"a secret that is the same in each test"
EVERYTHING = tuple(Scope)


# Python writes out what a fixture answers, twice for each, to compare two signal handlers.
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class House:
    """What a test may look into."""

    app: App
    painter: FakePainter

    @property
    def studio(self) -> Studio:
        return self.app.studio

    @property
    def ledger(self) -> Ledger:
        return self.app.ledger

    @property
    def line(self) -> Line:
        return self.app.line

    async def key(
        self,
        name: str = "tests",
        *scopes: Scope,
        owner: Owner | None = None,
    ) -> str:
        """A key's secret; one for everything where no scope is named."""
        whose = owner or own_person(name)
        _, secret = await self.app.keys.add(name, whose, scopes or EVERYTHING, None, utc_now())
        return secret


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    return Settings(port=0, data_dir=data_dir)


@pytest.fixture
async def house(settings: Settings) -> AsyncIterator[House]:
    async with open_house(settings) as house:
        yield house


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    painter = FakePainter()
    painter.gate.set()

    @asynccontextmanager
    async def warm(_: Settings) -> AsyncIterator[Crew]:
        yield Crew(painter)

    painters = Painters(cards=lambda _: {BOOK.name: BOOK}, device=lambda _: "cpu", open=warm)
    async with (
        open_app(settings, painters) as app,
        painting(app, settings, painters, for_all=True),
    ):
        # What was painted to know the first price is none of the test's.
        painter.gate.clear()
        painter.painting.clear()
        painter.painted.clear()
        yield House(app=app, painter=painter)


@asynccontextmanager
async def client_of(pages: web.Application) -> AsyncIterator[Client]:
    async with TestClient(TestServer(pages)) as client:
        yield client


Visit = Callable[..., Awaitable[Client]]


@pytest.fixture
async def visit(house: House) -> AsyncIterator[Visit]:
    """A client of its own: with a key where one is named, else as whoever sits here."""
    pages = make_web(house.app, host="easel.example", device="cpu", secret=SECRET)
    server = TestServer(pages)
    clients: list[Client] = []

    async def visited(key: str | None = None) -> Client:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client: Client = TestClient(server, headers=headers)
        await client.start_server()
        clients.append(client)
        return client

    yield visited
    for client in clients:
        await client.session.close()
    await server.close()


@pytest.fixture
async def client(visit: Visit) -> Client:
    """Whoever sits at this machine, with no cookie yet."""
    return await visit()


@pytest.fixture
async def caller(visit: Visit, house: House) -> Client:
    """A program with a key for everything."""
    return await visit(await house.key())
