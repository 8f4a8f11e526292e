"""Nothing is painted in vain: where nothing can be kept, jobs wait until it can."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

import pytest

from engine.errors import StorageFailed
from engine.job import Picture, Status
from engine.keeping import Keeping
from engine.request import ImageRequest
from engine.tally import Tally
from storage.memory import MemoryLedger
from tests.engine.house import open_house, until
from tests.storage.samples import ALICE, BOB

A_FOX = ImageRequest(prompt="a fox")
A_HERD = ImageRequest(prompt="a herd", count=4)
FULL = "The disk of the pictures is full."


class NoRoom(MemoryLedger):
    """One that keeps no pictures while it is full, and says so."""

    full = False
    asked = 0

    async def try_writing(self) -> None:
        self.asked += 1
        await super().try_writing()
        if self.full:
            raise StorageFailed(FULL)

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        if self.full:
            raise StorageFailed(FULL)
        await super().finish(job, attempt, pictures, now, tally)


async def test_nothing_is_begun_while_nothing_can_be_kept(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ledger = NoRoom()
    ledger.full = True
    async with open_house(ledger=ledger, patient=True, holds_s=0.05) as house:
        house.painter.gate.set()
        first = await house.studio.submit(A_FOX, ALICE)
        second = await house.studio.submit(A_HERD, BOB)
        await until(lambda: ledger.asked > 2)

        states = {(await ledger.job(each.job.id)).status for each in (first, second)}
        complaints = [each for each in caplog.messages if FULL in each]
        ledger.full = False

        assert states == {Status.QUEUED}
        assert house.painter.painted == []
        assert len(complaints) == 1
        assert len(await first.pictures()) == 1
        assert len(await second.pictures()) == 4


async def test_what_was_painted_in_vain_is_put_back_and_painted_again() -> None:
    ledger = NoRoom()
    async with open_house(ledger=ledger, patient=True, holds_s=0.05) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: bool(house.line.painting))
        ledger.full = True
        house.painter.gate.set()
        await until(lambda: ticket.job.id in house.line.elsewhere)
        waits = await ledger.job(ticket.job.id)
        await until(lambda: not house.line.painting)
        await house.caretaker.catch_up()
        painted = len(house.painter.painted)
        ledger.full = False

        assert (waits.status, waits.attempt, waits.problem) == (Status.QUEUED, 0, "")
        assert painted == 1
        assert len(await ticket.pictures()) == 1
        assert ledger.purses.held(ALICE.id) == 0


async def test_while_it_is_asked_again_painting_goes_on() -> None:
    class SlowlyAgain(NoRoom):
        async def try_writing(self) -> None:
            await super().try_writing()
            if self.asked > 1:
                await asyncio.Event().wait()

    ledger = SlowlyAgain()
    async with open_house(ledger=ledger, patient=True, holds_s=0.0) as house:
        house.painter.gate.set()
        tickets = [await house.studio.submit(A_FOX, who) for who in (ALICE, BOB)]
        last = await house.studio.submit(A_HERD, ALICE)

        for ticket in (*tickets, last):
            await ticket.pictures()

        assert ledger.asked == 2


async def test_a_job_that_alone_cannot_be_kept_fails() -> None:
    class Picky(NoRoom):
        async def finish(
            self,
            job: str,
            attempt: int,
            pictures: Sequence[Picture],
            now: datetime,
            tally: Tally | None = None,
        ) -> None:
            raise StorageFailed("Not this one.")

    async with open_house(ledger=Picky(), patient=True, holds_s=0.05) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(StorageFailed, match="Not this one"):
            await ticket.pictures()


async def test_who_is_not_patient_is_told_at_once() -> None:
    ledger = NoRoom()
    ledger.full = True
    async with open_house(ledger=ledger) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(A_FOX, ALICE)

        with pytest.raises(StorageFailed, match=FULL):
            await ticket.pictures()


async def test_a_stop_waits_for_no_room() -> None:
    ledger = NoRoom()
    ledger.full = True
    async with open_house(ledger=ledger, patient=True, holds_s=0.05) as house:
        await house.studio.submit(A_FOX, ALICE)
        await until(lambda: ledger.asked > 0)

        house.line.end()

        await house.line.stop.done.wait()
        await house.running


async def test_a_stop_waits_for_no_disk_that_hangs() -> None:
    class Hanging(NoRoom):
        async def try_writing(self) -> None:
            self.asked += 1
            await asyncio.Event().wait()

    ledger = Hanging()
    async with open_house(ledger=ledger, patient=True) as house:
        await house.studio.submit(A_FOX, ALICE)
        await until(lambda: ledger.asked > 0)

        house.line.end()

        async with asyncio.timeout(30):
            await asyncio.shield(house.running)


async def test_it_is_not_asked_for_every_tile(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    ledger, bell = NoRoom(), asyncio.Event()
    keeping = Keeping(ledger=ledger, bell=bell, holds_s=3600)
    async with asyncio.TaskGroup() as tasks:
        assert not keeping.works(tasks)
        await bell.wait()

        assert all(keeping.works(tasks) for _ in range(10))
        keeping.end()

    assert ledger.asked == 1
    assert caplog.messages == []
