"""The same click twice is one job, whatever became of it."""

from dataclasses import replace
from typing import Any

import pytest

from engine.allowance import UNLIMITED
from engine.errors import (
    Cancelled,
    InvalidRequest,
    PaintingFailed,
)
from engine.job import Job, Status
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import open_house, price_of
from tests.storage.samples import ALICE, BOB, LATER

A_FOX = ImageRequest(prompt="a fox", seed=7)


async def test_the_same_key_again_is_the_same_job() -> None:
    async with open_house(working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")

        second = await house.studio.submit(A_FOX, ALICE, key="click-1")

        assert second is first
        assert len(house.line.queue) == 1


async def test_the_same_key_costs_nothing_again() -> None:
    price = (await price_of(A_FOX)) * 1.5
    tight = replace(UNLIMITED, per_day=price)
    async with open_house(allowance=tight, limit=1, working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")

        assert await house.studio.submit(A_FOX, ALICE, key="click-1") is first


async def test_a_key_is_its_owners_alone() -> None:
    async with open_house(working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")

        other = await house.studio.submit(A_FOX, BOB, key="click-1")

        assert other.job.owner == BOB
        assert other is not first


async def test_the_same_key_after_a_crash_puts_the_job_in_line_again() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")

    async with open_house(ledger=ledger) as house:
        house.painter.gate.set()
        again = await house.studio.submit(A_FOX, ALICE, key="click-1")

        assert again.job.id == first.job.id
        assert len(await again.pictures()) == 1


@pytest.mark.parametrize(
    ("status", "error"), [(Status.FAILED, PaintingFailed), (Status.CANCELLED, Cancelled)]
)
async def test_the_same_key_after_a_bad_end_says_so(status: Status, error: type[Exception]) -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")
        await ledger.end(first.job.id, status, "The paint ran out.", now=LATER)

    async with open_house(ledger=ledger, working=False) as house:
        again = await house.studio.submit(A_FOX, ALICE, key="click-1")

        with pytest.raises(error):
            await again.pictures()


async def test_the_same_key_after_the_end_still_has_the_pictures() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        first = await house.studio.submit(A_FOX, ALICE, key="click-1")
        pictures = await first.pictures()

        again = await house.studio.submit(A_FOX, ALICE, key="click-1")

        assert [picture.png for picture in await again.pictures()] == [pictures[0].png]
        assert len(house.painter.painted) == 1


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"prompt": "a fox"}, {"prompt": "a hare"}),
        ({"prompt": "a fox", "count": 3}, {"prompt": "a fox"}),
        ({"prompt": "a fox"}, {"prompt": "a fox", "count": 3}),
    ],
)
async def test_the_same_key_for_something_else_is_refused(
    first: dict[str, Any], then: dict[str, Any]
) -> None:
    async with open_house(working=False) as house:
        await house.studio.submit(ImageRequest.model_validate(first), ALICE, key="click-1")

        with pytest.raises(InvalidRequest, match="another request"):
            await house.studio.submit(ImageRequest.model_validate(then), ALICE, key="click-1")

        assert len(house.line.jobs) == 1


class Late(MemoryLedger):
    """Another program recorded the key a moment ago, and only the recording shows it."""

    async def seen(self, owner: str, key: str) -> Job | None:
        return None


async def test_the_same_key_for_something_else_is_refused_however_close_the_race() -> None:
    async with open_house(ledger=Late(), working=False) as house:
        await house.studio.submit(A_FOX, ALICE, key="click-1")

        with pytest.raises(InvalidRequest, match="another request"):
            await house.studio.submit(ImageRequest(prompt="a hare"), ALICE, key="click-1")
