"""Programs that wait for their pictures, and hang up."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.web.caller import Caller
from bot.web.waited import painted
from engine.errors import StorageFailed
from engine.job import Owner, Status
from engine.key import own_person
from engine.request import ImageRequest
from engine.studio import Studio
from tests.bot.web.conftest import House
from tests.engine.house import until

SOMEBODY = own_person("somebody")


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


async def test_what_nobody_waits_for_is_withdrawn_once_the_database_is_back(house: House) -> None:
    studio = AwayOnce(house.studio)
    app = replace(house.app, studio=cast(Studio, studio))
    caller = Caller(owner=SOMEBODY, scopes=frozenset())
    request = make_mocked_request("POST", "/generate")
    waiting = asyncio.create_task(painted(app, request, caller, ImageRequest(prompt="a fox")))
    await until(lambda: bool(house.painter.painting))
    [job] = house.line.jobs

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await until(lambda: not house.line.jobs)

    assert studio.tries == 2
    assert (await house.ledger.job(job)).status == Status.CANCELLED
