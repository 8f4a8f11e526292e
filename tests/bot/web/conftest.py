"""The page in front of a studio with a painter that needs no model."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import make_web
from bot.web.health import Health
from bot.web.page import Page
from tests.engine.house import House, open_house

Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with open_house() as house:
        yield house


@pytest.fixture
async def client(house: House) -> AsyncIterator[Client]:
    pages = make_web(
        page=Page(house.studio, house.ledger),
        health=Health(model="book", device="cpu", ledger=house.ledger),
        host="easel.example",
    )
    async with TestClient(TestServer(pages)) as client:
        yield client
