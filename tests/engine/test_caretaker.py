"""What is taken up at a start, and what moderators change while jobs wait."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import pytest

from engine.allowance import UNLIMITED, Allowance
from engine.caretaker import Caretaker
from engine.errors import NotFound, StorageFailed
from engine.job import Job
from engine.line import job_of
from engine.outline import Outline
from engine.request import ImageRequest
from engine.studio import unlimited
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, BOB, NOON

A_FOX = ImageRequest(prompt="a fox")


class ShortPages(MemoryLedger):
    """Tells of one unfinished job at a time."""

    pages = 0

    async def unfinished(self, *, after: Outline | None = None, most: int = 1) -> Sequence[Outline]:
        self.pages += 1
        return await super().unfinished(after=after, most=1)


async def test_however_many_pages_there_are_the_first_in_line_is_painted_first() -> None:
    ledger = ShortPages()
    async with open_house(ledger=ledger, working=False) as house:
        await house.studio.submit(ImageRequest(prompt="costly", steps=100), ALICE)
        await house.studio.submit(ImageRequest(prompt="cheap", steps=1), BOB)

    async with open_house(ledger=ledger, seats=1) as house:
        assert await house.caretaker.resume() == 2
        await until(lambda: bool(house.painter.painting))

        assert [recipe.prompt for recipe in house.painter.painting] == ["cheap"]
        assert ledger.pages == 3


async def test_what_is_taken_up_needs_no_ticket_and_has_a_place() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        jobs = [(await house.studio.submit(A_FOX, ALICE)).job.id for _ in range(3)]

    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()

        places = [house.studio.place(job) for job in jobs]
        assert [place.ahead for place in places if place] == [0, 1, 2]
        assert not house.line.tickets


async def test_what_was_taken_up_can_be_withdrawn_with_all_its_tiles() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        job = (await house.studio.submit(ImageRequest(prompt="a herd", count=9), ALICE)).job.id

    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()
        assert len(house.line.queue) == 9

        assert await house.studio.cancel(job, ALICE)

        assert len(house.line.queue) == 0
        assert not house.line.jobs


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


class Moderators:
    """What may be used, how often that was asked, and the last deed."""

    def __init__(self) -> None:
        self.terms = {ALICE.id: UNLIMITED, BOB.id: UNLIMITED}
        self.asked: list[str] = []
        self.deed = 7
        self.away = False

    async def newest_deed(self) -> int:
        return self.deed

    async def allowance(self, owner: str, roles: Collection[str] | None = None) -> Allowance:
        if self.away:
            raise StorageFailed("The database does not answer.")
        self.asked.append(owner)
        return self.terms[owner]


async def caretaker_of(house: House, moderators: Moderators) -> Caretaker:
    caretaker = Caretaker(
        line=house.line,
        ledger=house.ledger,
        allowance=moderators.allowance,
        now=lambda: NOON,
        newest_deed=moderators.newest_deed,
    )
    await caretaker.resume()
    for owner in (ALICE, BOB):
        await house.studio.submit(ImageRequest(prompt=owner.name, count=2), owner)
    moderators.asked.clear()
    return caretaker


def prompts(house: House) -> list[str]:
    jobs = house.ledger.jobs
    order = house.line.queue.order(NOON.timestamp())
    return [jobs[job_of(entry)].request.prompt for entry in order]


async def test_what_a_moderator_changes_counts_for_those_who_wait() -> None:
    moderators = Moderators()
    async with open_house(working=False, now=lambda: NOON) as house:
        caretaker = await caretaker_of(house, moderators)
        before = prompts(house)

        moderators.terms[BOB.id] = replace(UNLIMITED, tier=-1)
        moderators.deed += 1
        await caretaker.notice_deeds()

    assert before == ["Alice", "Bob", "Alice", "Bob"]
    assert prompts(house) == ["Bob", "Bob", "Alice", "Alice"]


async def test_nothing_is_read_while_moderators_do_nothing() -> None:
    moderators = Moderators()
    async with open_house(working=False, now=lambda: NOON) as house:
        caretaker = await caretaker_of(house, moderators)

        for _ in range(3):
            await caretaker.sweep()
        at_rest = list(moderators.asked)
        moderators.deed += 1
        for _ in range(3):
            await caretaker.sweep()

    assert at_rest == []
    assert sorted(moderators.asked) == [ALICE.id, BOB.id]


async def test_a_change_that_could_not_be_read_is_read_later() -> None:
    moderators = Moderators()
    async with open_house(working=False, now=lambda: NOON) as house:
        caretaker = await caretaker_of(house, moderators)
        moderators.terms[BOB.id] = replace(UNLIMITED, tier=-1)
        moderators.deed += 1

        moderators.away = True
        with pytest.raises(StorageFailed):
            await caretaker.notice_deeds()
        moderators.away = False
        await caretaker.notice_deeds()

    assert prompts(house) == ["Bob", "Bob", "Alice", "Alice"]


async def test_who_may_have_more_painted_at_once_has_so_at_once() -> None:
    moderators = Moderators()
    moderators.terms[ALICE.id] = replace(UNLIMITED, most_running=1)
    async with open_house(seats=2, allowance=moderators.terms[ALICE.id]) as house:
        await house.studio.submit(ImageRequest(prompt="a herd", count=4), ALICE)
        await until(lambda: len(house.painter.painting) == 1)
        caretaker = Caretaker(
            line=house.line,
            ledger=house.ledger,
            allowance=moderators.allowance,
            now=lambda: NOON,
            newest_deed=moderators.newest_deed,
        )

        moderators.terms[ALICE.id] = UNLIMITED
        await caretaker.notice_deeds()

        await until(lambda: len(house.painter.painting) == 2)


async def test_a_start_takes_up_at_once_what_a_dead_program_held() -> None:
    ledger = MemoryLedger()
    async with open_house(ledger=ledger, working=False) as house:
        for worker in ("dead", "alive"):
            ticket = await house.studio.submit(A_FOX, ALICE)
            await ledger.begin(ticket.job.id, worker, NOON.replace(year=NOON.year + 9))

    async with open_house(ledger=ledger, working=False) as house:
        caretaker = Caretaker(
            line=house.line,
            ledger=ledger,
            allowance=unlimited,
            now=lambda: NOON,
            is_gone=lambda worker: worker == "dead",
        )

        assert await caretaker.resume() == 1
