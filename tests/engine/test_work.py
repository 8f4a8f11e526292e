"""What a job that is painted has cost so far, and what is still to paint of it."""

from dataclasses import replace

from engine.job import Progress
from engine.ticket import Ticket
from engine.work import Work
from tests.storage.samples import ALICE, a_job, pictures_of


def step(n: int, *, tile: int) -> Progress:
    return Progress(job="fox", tile=tile, step=n, steps=4)


async def test_what_is_left_to_paint_counts_the_tiles_that_were_begun() -> None:
    work = Work(job="fox", owner=ALICE.id, ticket=Ticket(a_job(tiles=4, price=8.0)))
    assert work.ticket is not None

    work.ticket.tell(step(4, tile=0))
    work.ticket.tell(step(1, tile=2))

    assert work.unpainted == 1.5


async def test_whole_tiles_cost_what_they_took_and_half_ones_their_share_of_the_price() -> None:
    job = a_job(tiles=4, price=8.0)
    work = Work(job="fox", owner=ALICE.id, ticket=Ticket(job))
    assert work.ticket is not None

    work.ticket.tell(step(4, tile=0))
    work.add(job.tiles[0], pictures_of(job, seconds=0.5)[0])
    work.ticket.tell(step(1, tile=2))

    assert (work.spent, work.unpainted) == (1.0, 1.5)


async def test_of_a_job_that_cannot_be_read_nothing_is_painted() -> None:
    work = Work(job="fox", owner=ALICE.id, ticket=Ticket(replace(a_job(), tiles=())))

    assert (work.share_of(0), work.spent, work.unpainted) == (0.0, 0.0, 0.0)


async def test_the_pictures_are_there_with_the_last_tile_and_in_order() -> None:
    job = a_job(tiles=2)
    pictures = pictures_of(job)
    work = Work(job="fox", owner=ALICE.id, ticket=Ticket(job))

    assert work.add(job.tiles[1], pictures[1]) is None
    assert work.add(job.tiles[0], pictures[0]) == tuple(pictures)


async def test_before_it_has_begun_nothing_is_painted_of_it() -> None:
    work = Work(job="fox", owner=ALICE.id)

    assert (work.spent, work.unpainted, work.share_of(0)) == (0.0, 0.0, 0.0)
