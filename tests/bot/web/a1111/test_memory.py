"""How much memory is used, as their clients ask."""

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import make_web
from bot.web.native.painters import Seen
from engine.crew import Crew
from engine.errors import Misconfigured
from engine.ports import Painter
from engine.vitals import Vitals
from tests.bot.web.conftest import SECRET, House
from tests.bot.web.seen import Metered, seen

MEMORY = "/sdapi/v1/memory"


async def told(house: House, looked_at: Seen) -> dict[str, object]:
    pages = make_web(house.app, host="localhost", device="cuda:0", secret=SECRET, painter=looked_at)
    headers = {"Authorization": f"Bearer {await house.key()}"}
    async with (
        TestClient(TestServer(pages), headers=headers) as client,
        client.get(MEMORY) as answer,
    ):
        assert answer.status == 200
        return dict((await answer.json())["cuda"])


async def test_that_of_the_first_card_is_told(house: House) -> None:
    cards = Metered(name="cpu"), Metered(name="cuda:1"), Metered(name="cuda:0")

    cuda = await told(house, seen(*cards, vitals=Vitals(used=3, total=8)))

    assert cuda == {"system": {"free": 5, "used": 3, "total": 8}}


async def test_without_a_card_there_is_none(house: House) -> None:
    cuda = await told(house, seen(Metered(name="cpu"), vitals=Vitals(used=3, total=8)))

    assert "error" in cuda


@pytest.mark.parametrize("problem", [TimeoutError(), Misconfigured("There is no card here.")])
async def test_a_card_that_says_nothing_is_none(house: House, problem: Exception) -> None:
    async def look(_: Painter) -> Vitals:
        raise problem

    assert "error" in await told(house, Seen(crew=Crew(Metered(name="cuda:0")), look=look))
