"""What withdrawing a job does, and what it costs."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.allowance import UNLIMITED
from engine.errors import (
    Cancelled,
    NotFound,
    QuotaExceeded,
)
from engine.job import Picture, Recipe, Status
from engine.ports import Tell
from engine.request import ImageRequest
from tests.engine.house import open_house, price_of, until
from tests.fakes import FakePainter
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox", seed=7)


async def test_a_waiting_job_can_be_withdrawn() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)

        assert await house.studio.cancel(ticket.job.id, ALICE)

        with pytest.raises(Cancelled):
            await ticket.pictures()
        assert len(house.line.queue) == 0
        assert (await house.ledger.job(ticket.job.id)).status == Status.CANCELLED


async def test_a_job_being_painted_can_be_withdrawn() -> None:
    async with open_house() as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.painter.painting))

        assert await house.studio.cancel(ticket.job.id, ALICE)

        with pytest.raises(Cancelled):
            await ticket.pictures()
        await until(lambda: len(house.painter.withdrawn) == 1)
        assert (await house.ledger.job(ticket.job.id)).status == Status.CANCELLED


async def test_who_withdraws_a_job_pays_for_what_was_painted_of_it() -> None:
    async with open_house(working=True) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(ticket.latest))

        await house.studio.cancel(ticket.job.id, ALICE)

        assert (await house.ledger.job(ticket.job.id)).spent == ticket.job.price / 4


async def test_who_withdraws_a_waiting_job_pays_nothing() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)

        await house.studio.cancel(ticket.job.id, ALICE)

        assert (await house.ledger.job(ticket.job.id)).spent == 0


async def test_what_a_job_is_withdrawn_for_can_be_used_again() -> None:
    price = (await price_of(A_FOX)) * 1.5
    async with open_house(allowance=replace(UNLIMITED, per_day=price), working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        with pytest.raises(QuotaExceeded):
            await house.studio.submit(A_FOX, ALICE)

        await house.studio.cancel(ticket.job.id, ALICE)

        assert await house.studio.submit(A_FOX, ALICE)


async def test_nobody_can_withdraw_the_job_of_another() -> None:
    async with open_house(working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(NotFound):
            await house.studio.cancel(ticket.job.id, BOB)

        assert len(house.line.queue) == 1


async def test_withdrawing_a_finished_job_changes_nothing() -> None:
    async with open_house() as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        await ticket.pictures()

        assert not await house.studio.cancel(ticket.job.id, ALICE)
        assert (await house.ledger.job(ticket.job.id)).status == Status.DONE


class OnlyTheFirst(FakePainter):
    """Never gets done with another than the first picture of a job."""

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        self.gate = asyncio.Event()
        if recipe.seed == A_FOX.seed:
            self.gate.set()
        return await super().paint(recipe, sources, tell)


async def test_what_is_finished_of_a_withdrawn_job_is_kept_and_paid_for() -> None:
    async with open_house(painter=OnlyTheFirst(seats=1)) as house:
        ticket = await house.studio.submit(A_FOX.model_copy(update={"count": 3}), ALICE)
        await until(lambda: len(house.painter.painting) == 2)

        await house.studio.cancel(ticket.job.id, ALICE)

        ended = await house.ledger.job(ticket.job.id)
        [kept] = await house.ledger.pictures(ticket.job.id)
        assert (ended.status, kept.tile, kept.seconds) == (Status.CANCELLED, 0, 0.5)
        assert ended.spent == pytest.approx(0.5 + ended.price / 3 / 4)
