"""Jobs that another program paints: their ends are noticed here."""

import pytest

from engine.errors import EaselError, NotFound, StorageFailed
from engine.job import Job, Picture
from engine.request import ImageRequest
from engine.ticket import Ticket
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house
from tests.storage.samples import ALICE, BOB, NOON

A_FOX = ImageRequest(prompt="a fox")


class Forgetful(MemoryLedger):
    """Has lost a job."""

    lost = ""

    async def job(self, job: str) -> Job:
        if job == self.lost:
            raise NotFound(f"There is no job {job}.")
        return await super().job(job)


async def test_a_job_that_is_gone_is_waited_for_no_more() -> None:
    ledger = Forgetful()
    async with open_house(ledger=ledger, working=False) as house:
        ticket = await house.studio.submit(A_FOX, ALICE)
        house.line.follow(ticket.job.id)
        ledger.lost = ticket.job.id

        await house.caretaker.catch_up()

        assert not house.line.elsewhere
        with pytest.raises(NotFound):
            await ticket.pictures()


class LosesFiles(MemoryLedger):
    """The disk does not give back Alice's."""

    trouble: EaselError = StorageFailed("The disk does not answer.")

    async def file(self, digest: str) -> bytes:
        found = await super().file(digest)
        if found == b"Alice":
            raise self.trouble
        return found


async def painted_elsewhere(house: House) -> tuple[Ticket, Ticket]:
    """A job of Alice's and one of Bob's that another program has finished."""
    tickets = []
    for owner in (ALICE, BOB):
        ticket = await house.studio.submit(A_FOX, owner)
        house.line.follow(ticket.job.id)
        begun = await house.ledger.begin(ticket.job.id, "another", NOON)
        png = owner.name.encode()
        picture = Picture(recipe=begun.tiles[0].recipe, png=png, seconds=1.0)
        await house.ledger.finish(ticket.job.id, begun.attempt, [picture], NOON)
        tickets.append(ticket)
    alices, bobs = tickets
    return alices, bobs


async def test_a_job_whose_pictures_cannot_be_read_now_holds_up_no_other() -> None:
    async with open_house(ledger=LosesFiles(), working=False) as house:
        alices, bobs = await painted_elsewhere(house)

        await house.caretaker.catch_up()

        assert list(house.line.elsewhere) == [alices.job.id]
        assert [picture.png for picture in await bobs.pictures()] == [b"Bob"]


async def test_a_job_whose_picture_is_gone_has_ended_all_the_same() -> None:
    ledger = LosesFiles()
    ledger.trouble = NotFound("That picture is not kept here any more.")
    async with open_house(ledger=ledger, working=False) as house:
        alices, bobs = await painted_elsewhere(house)

        await house.caretaker.catch_up()

        assert not house.line.elsewhere
        assert await alices.pictures() == ()
        assert len(await bobs.pictures()) == 1
