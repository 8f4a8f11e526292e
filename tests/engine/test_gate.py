"""The gate of the queue: what is begun and taken in, as a moderator left it."""

from dataclasses import dataclass

import pytest

from engine.accounts import Act
from engine.allowance import unlimited
from engine.caretaker import Caretaker
from engine.decisions import gate_from, newest_deed_of
from engine.errors import QueueFull
from engine.gate import QUEUE, Gate, gate_of
from engine.job import Status
from engine.request import ImageRequest
from storage.memory import MemoryLedger
from storage.memory_accounts import MemoryAccounts
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, BOB, NOON

A_FOX = ImageRequest(prompt="a fox")


@dataclass
class Moderators:
    """What they do to the queue, as the audit keeps it."""

    accounts: MemoryAccounts

    def caretaker(self, house: House) -> Caretaker:
        return Caretaker(
            line=house.line,
            ledger=house.ledger,
            allowance=unlimited,
            now=lambda: NOON,
            newest_deed=newest_deed_of(self.accounts),
            gate=gate_from(self.accounts),
        )

    async def leave(self, gate: Gate) -> None:
        await self.accounts.note(QUEUE, gate.value, Act(who="discord:9", at=NOON), {})


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger()


@pytest.fixture
def moderators(ledger: MemoryLedger) -> Moderators:
    return Moderators(MemoryAccounts(ledger.purses))


async def test_while_it_is_paused_nothing_is_begun_and_what_is_begun_is_finished(
    ledger: MemoryLedger, moderators: Moderators
) -> None:
    async with open_house(ledger=ledger, seats=2) as house:
        caretaker = moderators.caretaker(house)
        begun = await house.studio.submit(A_FOX, ALICE)
        await until(lambda: len(house.painter.painting) == 1)

        await moderators.leave(Gate.PAUSED)
        await caretaker.notice_deeds()
        waiting = await house.studio.submit(ImageRequest(prompt="a hen"), BOB)
        house.painter.gate.set()
        await begun.pictures()

        assert [recipe.prompt for recipe in house.painter.painting] == ["a fox"]
        assert (await ledger.job(waiting.job.id)).status is Status.QUEUED
        place = house.studio.place(waiting.job.id)
        assert place is not None
        assert place.paused

        await moderators.leave(Gate.OPEN)
        await caretaker.notice_deeds()
        assert await waiting.pictures()


async def test_it_stays_paused_through_a_restart(
    ledger: MemoryLedger, moderators: Moderators
) -> None:
    await moderators.leave(Gate.PAUSED)
    await moderators.accounts.block(BOB.id, Act(who="discord:9", at=NOON))

    async with open_house(ledger=ledger, working=False) as house:
        await moderators.caretaker(house).resume()

        assert house.line.gate is Gate.PAUSED


async def test_a_drained_queue_takes_nothing_in_and_paints_what_waits(
    ledger: MemoryLedger, moderators: Moderators
) -> None:
    async with open_house(ledger=ledger) as house:
        caretaker = moderators.caretaker(house)
        earlier = await house.studio.submit(A_FOX, ALICE, key="k1")
        await moderators.leave(Gate.DRAINED)
        await caretaker.notice_deeds()

        with pytest.raises(QueueFull, match="nothing new is taken in"):
            await house.studio.submit(ImageRequest(prompt="a hen"), ALICE)
        same = await house.studio.submit(A_FOX, ALICE, key="k1")
        house.painter.gate.set()

        assert same.job.id == earlier.job.id
        assert await earlier.pictures()


async def test_what_history_has_needs_no_queue(
    ledger: MemoryLedger, moderators: Moderators
) -> None:
    again = ImageRequest(prompt="a fox", seed=7)
    async with open_house(ledger=ledger) as house:
        house.painter.gate.set()
        first = await (await house.studio.submit(again, ALICE)).pictures()
        await moderators.leave(Gate.DRAINED)
        await moderators.caretaker(house).notice_deeds()

        second = await (await house.studio.submit(again, ALICE)).pictures()

    assert second[0].png == first[0].png


def test_a_word_that_means_nothing_leaves_it_open() -> None:
    assert gate_of(None) is gate_of("later") is Gate.OPEN
    assert [gate_of(gate.value) for gate in Gate] == list(Gate)
