"""What moderators change counts for jobs that wait."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

import pytest

from engine.allowance import UNLIMITED, Allowance, unlimited
from engine.caretaker import Caretaker
from engine.errors import StorageFailed
from engine.gate import Gate
from engine.line import job_of
from engine.request import ImageRequest
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, BOB, NOON


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


class SlowGate:
    """What it answers is what was so when it was asked, however late it answers."""

    def __init__(self) -> None:
        self.deed, self.gate = 1, Gate.OPEN
        self.answer = asyncio.Event()

    async def newest_deed(self) -> int:
        return self.deed

    async def look(self) -> Gate:
        seen, first = self.gate, self.deed == 2
        if first:
            await self.answer.wait()
        return seen


async def test_of_two_who_look_at_once_the_later_deed_counts() -> None:
    async with open_house(working=False, now=lambda: NOON) as house:
        slow = SlowGate()
        caretaker = Caretaker(
            line=house.line,
            ledger=house.ledger,
            allowance=unlimited,
            now=lambda: NOON,
            newest_deed=slow.newest_deed,
            gate=slow.look,
        )
        await caretaker.resume()

        slow.deed = 2
        first = asyncio.create_task(caretaker.notice_deeds())
        await asyncio.sleep(0)
        slow.deed, slow.gate = 3, Gate.PAUSED
        second = asyncio.create_task(caretaker.notice_deeds())
        await asyncio.sleep(0)
        slow.answer.set()
        await asyncio.gather(first, second)

        assert house.line.gate is Gate.PAUSED
