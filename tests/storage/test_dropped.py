"""The whole of studio, dispatcher and ledger, dropped in the middle without any goodbye."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from pathlib import Path
from typing import Any

import pytest

from engine.allowance import unlimited
from engine.caretaker import Caretaker
from engine.clock import utc_now
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.errors import StorageFailed
from engine.job import Owner, Picture, Recipe, Status
from engine.line import Line, job_of
from engine.ports import Ledger, Tell
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.studio import Studio
from engine.tariff import Tariff
from storage.database import connect
from storage.ledger import SqlLedger
from storage.pictures import PictureFiles
from tests.engine.house import AT_LEISURE, at_work, until
from tests.fakes import FakePainter

ASKED = ("ann", "ann", "ann", "bob", "ann", "cat", "bob", "ann", "bob", "cat")
"""Who asks for something, in this order."""


class Mortal:
    """A ledger that does nothing more once its program is dead."""

    def __init__(self, held: Ledger) -> None:
        self._held, self.dead = held, False

    def __getattr__(self, name: str) -> Any:
        if self.dead:
            raise StorageFailed("The program is dead.")
        return getattr(self._held, name)


class ShortOfPaint(FakePainter):
    """Has paint for so many pictures, and then waits for more."""

    paint_left = 0

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        self.paint_left -= 1
        if self.paint_left >= 0:
            self.gate.set()
        else:
            self.gate.clear()
        return await super().paint(recipe, sources, tell)


@dataclass
class Program:
    """One life of it."""

    ledger: Any
    now: Callable[[], datetime]
    painter: ShortOfPaint = field(default_factory=lambda: ShortOfPaint(seats=1))
    line: Line = field(default_factory=lambda: Line(queue=FairQueue(patience=inf)))
    tariff: Tariff = field(default_factory=Tariff)

    def __post_init__(self) -> None:
        self.studio = Studio(
            line=self.line,
            ledger=self.ledger,
            cards=self.painter.cards,
            tariff=self.tariff,
            now=self.now,
        )
        self.caretaker = Caretaker(
            line=self.line, ledger=self.ledger, allowance=unlimited, now=self.now
        )

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        dispatcher = Dispatcher(
            line=self.line,
            ledger=self.ledger,
            crew=Crew(self.painter),
            tariff=self.tariff,
            now=self.now,
            worker="a painter",
            sweep=self.caretaker.sweep,
            lease=AT_LEISURE,
        )
        async with at_work(dispatcher.run()):
            yield

    def order(self) -> list[str]:
        return [job_of(entry) for entry in self.line.queue.order(self.now().timestamp())]


@pytest.mark.parametrize("painted", [0, 1, 4, 7])
async def test_who_waits_has_the_same_place_after_the_program_died(
    database_url: str, tmp_path: Path, painted: int
) -> None:
    async with connect(database_url, patience=20) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path / "pictures"))
        mortal = Mortal(ledger)
        first = Program(mortal, utc_now)
        await first.caretaker.resume()
        for number, name in enumerate(ASKED):
            request = ImageRequest(prompt=f"{name} {number}", steps=number + 1)
            await first.studio.submit(request, Owner(id=f"discord:{name}"), origin="discord")
        first.painter.paint_left = painted
        async with first.working():
            first.line.bell.set()
            await until(lambda: len(first.painter.painting) == painted + 1)
            [being_painted] = first.line.painting
            before = [being_painted, *first.order()]
            mortal.dead = True

        second = Program(ledger, lambda: utc_now() + AT_LEISURE.length)
        await second.caretaker.resume()
        after = second.order()
        second.painter.paint_left = len(ASKED)
        async with second.working():
            await until(lambda: not second.line.jobs)

    assert after == before
    assert len(second.painter.painted) == len(ASKED) - painted
    assert second.painter.painted[0].prompt == first.painter.painting[-1].prompt


async def test_what_an_owner_had_is_counted_in_the_next_life(
    database_url: str, tmp_path: Path
) -> None:
    async with connect(database_url, patience=20) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path / "pictures"))
        mortal = Mortal(ledger)
        first = Program(mortal, utc_now)
        await first.caretaker.resume()
        hog, other = Owner(id="discord:1"), Owner(id="discord:2")
        first.painter.paint_left = 1
        async with first.working():
            ticket = await first.studio.submit(ImageRequest(prompt="a fox"), hog, origin="page")
            await ticket.pictures()
            mortal.dead = True

        second = Program(ledger, lambda: utc_now() + timedelta(seconds=1))
        await second.caretaker.resume()
        for owner in (hog, other):
            request = ImageRequest(prompt="a hen", steps=4)
            await second.studio.submit(request, owner, origin="page")

        assert (await ledger.job(ticket.job.id)).status == Status.DONE
        tally = second.line.queue.tally(hog.id)
        assert tally is not None
        assert tally.clock == round(ticket.job.price * 1_000_000)


async def test_newcomers_start_level_with_who_was_being_painted(
    database_url: str, tmp_path: Path
) -> None:
    async with connect(database_url, patience=20) as engine:
        ledger = SqlLedger(engine, PictureFiles(tmp_path / "pictures"))
        mortal = Mortal(ledger)
        first = Program(mortal, utc_now)
        await first.caretaker.resume()
        async with first.working():
            request = ImageRequest(prompt="a fox")
            ticket = await first.studio.submit(request, Owner(id="discord:1"), origin="page")
            await until(lambda: bool(first.painter.painting))
            mortal.dead = True

        second = Program(ledger, utc_now)
        await second.caretaker.resume()

        assert second.line.queue.clock(0) == round(ticket.job.price * 1_000_000)
