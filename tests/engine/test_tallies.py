"""When the ledger is told of the virtual time that people have used up."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from engine.allowance import UNLIMITED
from engine.errors import PaintingFailed, StorageFailed
from engine.job import Owner
from engine.request import ImageRequest
from engine.tally import Move, Tally
from storage.memory import MemoryLedger
from tests.engine.house import House, open_house, until
from tests.storage.samples import ALICE, BOB

HALF_A_CREDIT = 500_000
"""What a tile of the fake painter takes, as virtual time."""


def finish_of(house: House, owner: Owner) -> int | None:
    """As the ledger knows it; None where it was not told of anything."""
    tally = house.ledger.lanes.tallies.get(owner.id)
    return tally.finish if tally else None


async def test_who_withdraws_a_job_has_used_up_what_was_painted_of_it() -> None:
    async with open_house(seats=1) as house:
        await house.caretaker.resume()
        painted = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        house.painter.gate.set()
        await painted.pictures()
        house.painter.gate.clear()
        herd = await house.studio.submit(ImageRequest(prompt="a herd"), ALICE)
        await house.studio.submit(ImageRequest(prompt="another herd"), ALICE)
        await until(lambda: len(house.painter.painting) == 2)

        await house.studio.cancel(herd.job.id, ALICE)
        at_once = finish_of(house, ALICE)
        await until(lambda: herd.job.id not in house.line.painting)
        await house.dispatcher.heart.beat()

        assert at_once == HALF_A_CREDIT
        assert finish_of(house, ALICE) == HALF_A_CREDIT + round(herd.job.price / 4 * 10**6)


async def test_the_finished_tiles_of_a_job_that_fails_are_used_up() -> None:
    async with open_house(seats=1) as house:
        await house.caretaker.resume()
        house.painter.gate.set()
        ticket = await house.studio.submit(ImageRequest(prompt="{a fox|fail}"), ALICE)
        with pytest.raises(PaintingFailed):
            await ticket.pictures()

        assert finish_of(house, ALICE) == HALF_A_CREDIT


async def test_a_tile_is_not_used_up_before_its_job_is_finished() -> None:
    async with open_house(seats=1) as house:
        await house.caretaker.resume()
        await house.studio.submit(ImageRequest(prompt="a herd", count=2), ALICE)
        await until(lambda: len(house.painter.painting) == 1)
        house.painter.gate.set()
        await until(lambda: len(house.painter.painted) == 1)
        house.painter.gate.clear()
        await until(lambda: len(house.painter.painting) == 2)

        await house.dispatcher.heart.beat()

        assert finish_of(house, ALICE) == 0


class Shut(MemoryLedger):
    """Keeps nothing for a while."""

    shut = True

    async def keep_tallies(self, tallies: Sequence[Tally], moves: Sequence[Move]) -> None:
        if self.shut:
            raise StorageFailed("The disk is full.")
        await super().keep_tallies(tallies, moves)


async def test_what_could_not_be_kept_is_kept_later() -> None:
    ledger = Shut()
    async with open_house(ledger=ledger, working=False) as house:
        await house.caretaker.resume()
        await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await house.studio.submit(ImageRequest(prompt="a hen"), BOB)
        house.line.weigh(ALICE.id, replace(UNLIMITED, tier=1))
        with pytest.raises(StorageFailed):
            await house.dispatcher.heart.beat()

        ledger.shut = False
        await house.dispatcher.heart.beat()

        tiers = {job.owner: job.tier for job in await ledger.unfinished()}
        assert tiers == {ALICE.id: 1, BOB.id: 0}


async def test_a_program_that_paints_only_for_itself_keeps_nothing() -> None:
    async with open_house(seats=1) as house:
        house.painter.gate.set()
        ticket = await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await ticket.pictures()
        await house.dispatcher.heart.beat()

        assert finish_of(house, ALICE) is None


async def test_what_changed_before_a_stop_is_kept_with_it() -> None:
    async with open_house(seats=1) as house:
        await house.caretaker.resume()
        await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)
        await until(lambda: bool(house.painter.painting))
        waiting = (await house.studio.submit(ImageRequest(prompt="a hen"), BOB)).job
        house.line.weigh(BOB.id, replace(UNLIMITED, tier=1))

    assert (await house.ledger.job(waiting.id)).tier == 1


async def test_what_was_told_with_a_job_is_not_told_again() -> None:
    ledger = Shut()
    async with open_house(ledger=ledger, seats=1) as house:
        await house.caretaker.resume()
        house.painter.gate.set()
        await (await house.studio.submit(ImageRequest(prompt="a fox"), ALICE)).pictures()
        await until(lambda: not house.line.painting)

        await house.dispatcher.heart.beat()  # it would find the ledger shut

        assert finish_of(house, ALICE) == HALF_A_CREDIT
