"""What history has is answered at once, and costs nothing."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from engine.allowance import UNLIMITED
from engine.errors import InvalidRequest, StorageFailed
from engine.job import Picture, Recipe, Remembered, Status
from engine.ports import Tell
from engine.recall import FROM_HISTORY
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from tests.engine.house import FullDisk, House, open_house
from tests.fakes import FakePainter
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox", seed=7)
A_BEAR = ImageRequest(prompt="a bear", seed=1)


class Away(MemoryLedger):
    """A ledger of which the history cannot be asked from the moment that it is `away`."""

    away = False

    async def painted(self, owner: str, recipe: Recipe) -> Remembered | None:
        if self.away:
            raise StorageFailed("The database was stopped in the middle of that.")
        return await super().painted(owner, recipe)


async def paint(house: House, request: ImageRequest) -> None:
    """So that Bob has it."""
    house.painter.gate.set()
    await (await house.studio.submit(request, BOB)).pictures()
    house.painter.gate.clear()


async def test_nobody_waits_for_what_history_has() -> None:
    async with open_house(limit=1, seats=1) as house:
        await paint(house, A_FOX)
        # One is painted for ever, and the queue behind it is full.
        bear = await house.studio.submit(A_BEAR, ALICE)
        await anext(aiter(bear))
        await house.studio.submit(seeded(A_BEAR, 2), ALICE)

        ticket = await house.studio.submit(A_FOX, BOB, key="click")

        assert ticket.ended
        (picture,) = await ticket.pictures()
        assert (picture.seconds, picture.notes) == (0.0, (FROM_HISTORY,))
        job = await house.ledger.job(ticket.job.id)
        assert (job.status, job.price, job.spent) == (Status.DONE, 0.0, 0.0)
        (kept,) = await house.ledger.pictures(job.id)
        assert kept.owner == BOB.id
        assert (await house.studio.submit(A_FOX, BOB, key="click")).job.id == job.id


async def test_what_history_has_costs_nothing() -> None:
    async with open_house() as house:
        new = await house.studio.quote(A_FOX, BOB)
        await paint(house, A_FOX)

        known = await house.studio.quote(A_FOX, BOB)
        half = await house.studio.quote(A_FOX.model_copy(update={"count": 2}), BOB)
        fresh = await house.studio.quote(A_FOX.model_copy(update={"fresh": True}), BOB)

        assert (new.at_once, known.at_once, half.at_once, fresh.at_once) == (
            False,
            True,
            False,
            False,
        )
        assert known.price == 0.0
        assert half.price > 0.0
        whole = await house.studio.quote(seeded(A_FOX, 100, count=2), BOB)
        assert half.price == pytest.approx(whole.price / 2, rel=0.01)


async def test_whether_somebody_else_has_it_shows_nowhere() -> None:
    async with open_house() as house:
        await paint(house, A_FOX)

        new = await house.studio.quote(seeded(A_FOX, 99), ALICE)
        known = await house.studio.quote(A_FOX, ALICE)
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)
        (picture,) = await ticket.pictures()

        assert known.at_once is new.at_once is False
        assert known.price == new.price
        assert (picture.notes, picture.seconds) == ((), 0.5)
        assert len(house.painter.painted) == 2


async def test_a_picture_that_is_gone_is_painted() -> None:
    async with open_house() as house:
        await paint(house, A_FOX)
        house.ledger.files.clear()

        house.painter.gate.set()
        await (await house.studio.submit(A_FOX, BOB)).pictures()

        assert len(house.painter.painted) == 2


class Marking(FakePainter):
    """Finds everything unsafe."""

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        picture = await super().paint(recipe, sources, tell)
        return replace(picture, notes=("marked as unsafe",))


async def test_what_was_said_of_a_picture_is_said_again() -> None:
    async with open_house(painter=Marking()) as house:
        await paint(house, A_FOX)

        ticket = await house.studio.submit(A_FOX, BOB)

        (picture,) = await ticket.pictures()
        (kept,) = await house.ledger.pictures(ticket.job.id)
        assert picture.notes == kept.notes == ("marked as unsafe", FROM_HISTORY)


async def test_what_is_not_allowed_is_not_had_from_history_either() -> None:
    async with open_house(allowance=replace(UNLIMITED, most_steps=2)) as house:
        with pytest.raises(InvalidRequest, match="2 is the most"):
            await house.studio.submit(A_FOX, BOB)


async def test_without_a_painter_nobody_knows_what_history_has() -> None:
    async with open_house(working=False) as house:
        house.line.hands.clear()

        assert not (await house.studio.quote(A_FOX, BOB)).at_once


async def test_what_cannot_be_stored_waits_in_the_queue() -> None:
    ledger = FullDisk()
    async with open_house(ledger=ledger) as house:
        await paint(house, A_FOX)
        ledger.full = True

        ticket = await house.studio.submit(A_FOX, BOB)

        assert not ticket.ended
        assert house.line.knows(ticket.job.id)


def seeded(request: ImageRequest, seed: int, **more: int) -> ImageRequest:
    return request.model_copy(update={"seed": seed, **more})


async def test_a_history_that_is_away_for_a_moment_costs_nobody_a_job() -> None:
    ledger = Away()
    async with open_house(ledger=ledger) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        ledger.away = True
        house.painter.gate.set()

        (picture,) = await ticket.pictures()

        assert FROM_HISTORY not in picture.notes
        assert (await house.ledger.job(ticket.job.id)).status is Status.DONE
