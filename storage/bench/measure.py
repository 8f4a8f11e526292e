"""Measure: what the storage takes for what people do, with a full house."""

import gc
import sqlite3
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.card import ModelCard
from engine.caretaker import Caretaker
from engine.job import Owner
from engine.line import Line, job_of
from engine.queue import FairQueue
from engine.request import ImageRequest
from engine.search import Search
from engine.studio import Studio
from engine.tariff import Tariff
from storage.accounts import SqlAccounts
from storage.archive import SqlArchive
from storage.bench.clock import Clock
from storage.bench.fill import Tell, fill
from storage.bench.scene import Scene, Size
from storage.choices import SqlChoices
from storage.database import connect
from storage.ledger import SqlLedger
from storage.migrate import upgrade
from storage.pictures import PictureFiles

CALLS = ("submit", "take", "place", "history", "search")
LEASE = timedelta(hours=1)
SOME = 1_000
"""Of those that wait, so many ask for their place."""


async def measure(folder: Path, size: Size, card: ModelCard, tell: Tell) -> dict[str, Any]:
    """As in the JSON of `easel bench`. The database is made in the folder, and removed again.

    The folder's path is an absolute one.
    """
    with TemporaryDirectory(prefix="bench-", dir=folder, ignore_cleanup_errors=True) as here:
        url = f"sqlite:///{here}/bench.db"
        await upgrade(url)
        async with connect(url) as engine:
            scene = Scene(size)
            await fill(engine, scene, card, tell)
            house = _House(engine, scene, card, PictureFiles(Path(here, "pictures")))
            waiting = await house.open()
            clocks = await house.time(tell)
    return {
        **{f"{call}_p99_ms": round(clocks[call].milliseconds(0.99), 3) for call in CALLS},
        "queue_bytes_per_job": round(waiting),
        "times": {
            call: {
                "p50_ms": round(clocks[call].milliseconds(0.5), 3),
                "p99_ms": round(clocks[call].milliseconds(0.99), 3),
                "most_ms": round(clocks[call].milliseconds(1.0), 3),
            }
            for call in CALLS
        },
        "jobs": size.jobs,
        "pictures": size.pictures,
        "people": size.people,
        "calls": size.calls,
        "database": f"SQLite {sqlite3.sqlite_version}",
    }


class _House:
    """Easel without its engine, and everybody who wants something of it."""

    def __init__(
        self, engine: AsyncEngine, scene: Scene, card: ModelCard, files: PictureFiles
    ) -> None:
        self._scene = scene
        self._ledger = SqlLedger(engine, files)
        self._archive = SqlArchive(engine, files)
        self._line = Line(queue=FairQueue())
        accounts = SqlAccounts(engine)
        self._caretaker = Caretaker(
            line=self._line,
            ledger=self._ledger,
            allowance=accounts.allowance,
            now=lambda: datetime.now(UTC),
        )
        self._studio = Studio(
            line=self._line,
            ledger=self._ledger,
            cards={card.name: card},
            tariff=Tariff(),
            allowance=accounts.allowance,
            chosen=SqlChoices(engine).chosen,
        )
        # As where somebody paints: then history is asked first.
        self._line.hands[card.name] = card.hand
        self._chance = Random(8)
        self._keys = count()
        self._some: list[str] = []

    async def open(self) -> float:
        """Take up what waits, as at every start; answer the bytes of memory that a job takes."""
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        waiting = await self._caretaker.resume()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        now = datetime.now(UTC).timestamp()
        line = self._line.queue.order(now)
        self._some = [job_of(entry) for entry in line[:: max(1, len(line) // SOME)]]
        return (after - before) / waiting

    async def time(self, tell: Tell) -> Mapping[str, Clock]:
        """All kinds of calls in turn, so that what the machine does besides meets them alike."""
        clocks = {call: Clock() for call in CALLS}
        calls = (self._submit, self._take, self._place, self._history, self._search)
        for number in range(self._scene.size.calls):
            tell("calls", number, self._scene.size.calls)
            for call, does in zip(CALLS, calls, strict=True):
                await does(clocks[call])
        return clocks

    async def _submit(self, clock: Clock) -> None:
        request = ImageRequest(prompt=self._scene.prompt(), seed=self._scene.seed())
        owner = Owner(id=self._scene.person(), name="somebody")
        key = str(next(self._keys))
        await clock.time(lambda: self._studio.submit(request, owner, key=key))

    async def _take(self, clock: Clock) -> None:
        async def take() -> None:
            now = datetime.now(UTC)
            entry = self._line.queue.take(now.timestamp())
            if entry is not None:
                tally = self._line.tally(entry.owner)
                await self._ledger.begin(job_of(entry), "bench", now + LEASE, tally)

        await clock.time(take)

    async def _place(self, clock: Clock) -> None:
        job = self._chance.choice(self._some)

        async def place() -> None:
            self._studio.place(job)

        await clock.time(place)

    async def _history(self, clock: Clock) -> None:
        # The newest page half of the time, and else one that somebody came to by turning pages.
        before = self._chance.choice((None, self._chance.randint(1, self._scene.size.pictures)))
        person = self._scene.person()
        await clock.time(lambda: self._archive.page(person, before=before))

    async def _search(self, clock: Clock) -> None:
        words = " ".join(self._scene.word() for _ in range(self._chance.randint(1, 2)))
        person = self._scene.person()
        await clock.time(lambda: self._archive.page(person, Search(words=words)))
