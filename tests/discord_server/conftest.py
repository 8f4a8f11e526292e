"""Discord on loopback for every test, and the bot or requests by hand where they are needed."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession

from tests.discord_server.caller import Caller
from tests.discord_server.description import FILE, Description, find_description
from tests.discord_server.interaction import Interaction
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL
from tests.discord_server.visitor import Visitor, visiting


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    """Discord, with nobody in it yet."""
    async with Discord() as opened:
        yield opened


@pytest.fixture
async def bot(server: Discord) -> AsyncIterator[Visitor]:
    """The bot, logged in."""
    async with visiting(server) as visitor:
        yield visitor


@pytest.fixture
def description() -> Description:
    """The one beside the checkout."""
    found = find_description()
    if found is None:
        pytest.skip(f"Discord's description of its API is not at {FILE}: nothing is checked.")
    return found


@pytest.fixture
async def caller(server: Discord) -> AsyncIterator[Caller]:
    """Requests by hand, and a command that they registered."""
    async with ClientSession() as session:
        made = Caller(server, session)
        everywhere = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
        hello = {"name": "hello", "description": "Says it", **everywhere}
        choose = {
            "name": "choose",
            "description": "Offers",
            "options": [{"type": 3, "name": "one", "description": "x", "autocomplete": True}],
        }
        await made.ask(Route.SYNC, [hello, choose])
        yield made


@pytest.fixture
async def asked(server: Discord, caller: Caller) -> Interaction:
    """A command that Alice used just now."""
    return await server.command(ALICE, GENERAL, "hello")
