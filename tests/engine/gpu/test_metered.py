"""What the engine tells of its steps, and of running out of memory."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from engine.about import Facts, about, known
from engine.errors import PaintingFailed
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.memory import Memory
from engine.gpu.seat import Seat
from engine.gpu.warm import Warm
from engine.ladder import Rung, Strain, Work
from engine.meter import Measured, Meter, Relieved, Stepped, meter_of
from engine.turns import Turns
from tests.engine.gpu.test_thread import ignore, started
from tests.engine.gpu.together import CARD, CPU, Sitting, company_of, finish, recipe


class SteadyClock:
    """Everything takes a second."""

    def start(self) -> None: ...

    def stop(self, done: Any) -> None:
        done(1.0)

    def drain(self) -> None: ...


def test_a_step_tells_its_tiles_and_rows(family: Family) -> None:
    meter, heard = Meter(), list[Measured]()
    meter.add(heard.append)
    warm = Warm.of({CARD.name: family})
    company = Company(warm, CPU, Turns(most_rows=12), clock=SteadyClock(), meter=meter)
    for one in (recipe(seed=1, steps=2), recipe(seed=2, steps=2, guidance=1.0)):
        company.welcome(Sitting(one).seat)

    finish(company)

    assert heard == [Stepped(model=CARD.name, seconds=1.0, tiles=2, rows=3)] * 2


def test_running_out_of_memory_tells_at_what_and_what_was_done(family: Family) -> None:
    meter, heard = Meter(), list[Measured]()
    meter.add(heard.append)
    memory = Memory(CPU, Warm.of({CARD.name: family}), meter)

    def too_much() -> None:
        raise torch.OutOfMemoryError("out of memory")

    memory.once(too_much, Strain())
    memory.enough_for(Work.TEXT, Hopeless(), too_much, Strain())

    assert heard == [
        Relieved(work=Work.FORWARD, rung=Rung.HALVE),
        Relieved(work=Work.TEXT, rung=Rung.EMPTY),
        Relieved(work=Work.TEXT, rung=None),
    ]


class Hopeless:
    """No rung helps it."""

    possible: frozenset[Rung] = frozenset()

    def __init__(self) -> None:
        self.in_force: set[Rung] = set()

    def take(self, rung: Rung) -> None:
        raise AssertionError(rung)


class Heard(logging.Handler):
    """What each line that is written is about."""

    def __init__(self) -> None:
        super().__init__()
        self.about: list[Facts] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.about.append(known())


@pytest.fixture
def lines() -> Iterator[Heard]:
    heard, engine = Heard(), logging.getLogger("engine.gpu")
    engine.addHandler(heard)
    yield heard
    engine.removeHandler(heard)


def troubled_at_its_step(seat: Seat) -> None:
    assert seat.painting is not None
    seat.painting.scheduler = None


def troubled_at_its_forward(seat: Seat) -> None:
    assert seat.painting is not None
    seat.painting.conditioning = {"prompt": torch.zeros(2)}


@pytest.mark.parametrize("trouble", [troubled_at_its_step, troubled_at_its_forward])
def test_lines_of_a_tile_say_whose_job_it_is(
    family: Family, lines: Heard, trouble: Callable[[Seat], None]
) -> None:
    company = company_of(family)
    broken, fine = Sitting(recipe(seed=1)), Sitting(recipe(seed=2))
    for sitting, job in ((broken, "7"), (fine, "8")):
        sitting.seat.about = {"job": job}
        company.welcome(sitting.seat)
    trouble(broken.seat)

    finish(company)

    assert lines.about == [{"job": "7"}]


async def test_lines_of_the_engine_thread_say_whose_job_it_is(family: Family, lines: Heard) -> None:
    """It knows of no job by itself."""
    async with started(family) as painter:
        with about(job="7", owner="anna"), pytest.raises(PaintingFailed):
            await painter.paint(recipe(image="nowhere"), {}, ignore)

    assert lines.about == [{"job": "7", "owner": "anna"}]


async def test_the_engine_thread_tells_of_its_steps(family: Family) -> None:
    heard: list[Measured] = []
    async with started(family) as painter:
        meter_of(painter).add(heard.append)
        await painter.paint(recipe(steps=3), {}, ignore)

    assert [type(one) for one in heard] == [Stepped] * 3
