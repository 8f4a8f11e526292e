"""The real studio, queue and dispatcher on a simulated card."""

from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path

import pytest

from engine.job import Job, Picture, Status
from engine.simulation.arrivals import GREEDY, Arrival, arrivals
from engine.simulation.continuous import WORKER, continuous
from engine.simulation.outcome import Outcome
from engine.simulation.painter import SimulatedPainter
from engine.simulation.policies import fifo
from engine.simulation.timetable import H100, Timetable
from engine.simulation.virtual_time import VirtualTime, in_virtual_time
from engine.tally import Tally
from storage.database import connect
from storage.ledger import SqlLedger
from storage.memory import MemoryLedger
from storage.migrate import upgrade
from storage.pictures import PictureFiles
from tests.engine.simulation.cases import ALICE, BOB, REST, SECONDS, asks


class Watched(MemoryLedger):
    """Says what was done with each job, and by whom."""

    def __init__(self) -> None:
        super().__init__()
        self.did: list[str] = []

    async def begin(
        self, job: str, worker: str, until: datetime, tally: Tally | None = None
    ) -> Job:
        self.did.append(f"begun by {worker}")
        return await super().begin(job, worker, until, tally)

    async def finish(
        self,
        job: str,
        attempt: int,
        pictures: Sequence[Picture],
        now: datetime,
        tally: Tally | None = None,
    ) -> None:
        self.did.append(f"finished with {len(pictures)}, attempt {attempt}")
        await super().finish(job, attempt, pictures, now, tally)


async def served(
    asked: Sequence[Arrival],
    *,
    ledger: MemoryLedger | None = None,
    timetable: Timetable = SECONDS,
    seats: int = 12,
    most_rows: int = 4,
) -> Sequence[float]:
    return await in_virtual_time(
        lambda loop: continuous(
            asked,
            SimulatedPainter("card", timetable=timetable, seats=seats, most_rows=most_rows),
            ledger or MemoryLedger(),
            loop,
        )
    )


async def test_alone_a_picture_is_there_when_the_card_has_done_it() -> None:
    assert await served(asks((0.0, 3))) == pytest.approx([3 + REST])


async def test_who_comes_later_joins_the_steps_of_who_is_there() -> None:
    ends = await served(asks((0.0, 4), (1.75, 2)))

    # The first has two steps when the words of the second are read; they share two more.
    assert ends == pytest.approx([5.25, 5.5])


async def test_every_job_goes_through_the_dispatcher_and_is_kept_and_paid_for() -> None:
    ledger = Watched()

    await served(asks((0.0, 2), (0.0, 3), (9.0, 2)), ledger=ledger)

    assert Counter(ledger.did) == {
        f"begun by {WORKER}": 3,
        "finished with 1, attempt 1": 3,
    }
    assert {job.status for job in ledger.jobs.values()} == {Status.DONE}
    assert all(job.spent > 0 for job in ledger.jobs.values())
    assert len(ledger.files) == 3


async def test_the_order_is_that_of_the_queue_and_not_that_of_coming() -> None:
    greedy = asks(*((0.0, 2),) * 4, owner=GREEDY)
    modest = asks((0.5, 2), owner=ALICE)

    ends = await served([*greedy, *modest], seats=1)

    # A modest person passes what is more than the greedy one's own share.
    assert sorted(ends).index(ends[-1]) == 2
    one_by_one = fifo([*greedy, *modest], SECONDS)
    assert one_by_one[-1] == max(one_by_one)


async def test_a_picture_that_the_owner_has_already_is_not_painted_again() -> None:
    first, again = asks((0.0, 3)), asks((60.0, 3))

    ends = await served([*first, *again])

    assert ends == pytest.approx([3.75, 60.0])


async def test_no_more_are_painted_at_a_time_than_there_are_seats() -> None:
    asked = [*asks((0.0, 2), owner=ALICE), *asks((0.0, 2), owner=BOB)]

    assert await served(asked, seats=1) == pytest.approx([2.75, 5.5])


async def test_two_runs_are_the_same_to_the_last_digit() -> None:
    asked = arrivals(2.5, 60)

    first, second = [await served(asked, timetable=H100, most_rows=12) for _ in range(2)]

    assert first == second


async def test_a_database_that_takes_its_time_changes_nothing(tmp_path: Path) -> None:
    # Of those who ask in the same moment it is chance whom the database answers first.
    asked = [one for one in arrivals(4.0, 60) if one.owner != GREEDY]
    url = f"sqlite:///{tmp_path}/easel.db"

    async def main(loop: VirtualTime) -> Sequence[float]:
        async with AsyncExitStack() as stack:
            with loop.still():
                await upgrade(url)
                engine = await stack.enter_async_context(connect(url))
            ledger = SqlLedger(engine, PictureFiles(tmp_path / "pictures"))
            painter = SimulatedPainter("card")
            ends = await continuous(asked, painter, ledger, loop)
            with loop.still():
                await stack.aclose()
        return ends

    assert await in_virtual_time(main) == pytest.approx(
        await served(asked, timetable=H100, most_rows=12)
    )


@pytest.mark.parametrize(
    "count", [120, pytest.param(3_000, marks=[pytest.mark.slow, pytest.mark.timeout(300)])]
)
async def test_under_load_people_wait_less_than_one_by_one(count: int) -> None:
    asked = arrivals(2.4, count)

    ours = Outcome.of(asked, await served(asked, timetable=H100, most_rows=12), H100)

    theirs = Outcome.of(asked, fifo(asked, H100), H100)
    assert ours.p50_s < theirs.p50_s
    assert ours.slowdown_p95 < theirs.slowdown_p95 / 3
    assert ours.modest_slowdown_p95 < theirs.modest_slowdown_p95 / 3
    assert ours.modest_slowdown_p95 < ours.greedy_slowdown_p95
