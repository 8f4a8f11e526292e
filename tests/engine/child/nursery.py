"""Children that paint without torch, and what is heard of them."""

import asyncio
import logging
import os
import select
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from engine.about import Facts, known
from engine.child.link import OpenLink
from engine.child.orders import Orders
from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.job import Recipe
from tests.fakes import BOOK

FAKE = (sys.executable, "-P", "-m", "tests.engine.child.fake_child")
FAKES = by_command(FAKE)
PATIENCE_S = 30.0


def orders(folder: Path, *models: str) -> Orders:
    return Orders(
        models=models or (BOOK.name,),
        models_dir=folder,
        addons_dir=folder,
        previews="fast",
        preview_every=4,
    )


def recipe(prompt: str = "a fox", **changes: Any) -> Recipe:
    usual: dict[str, Any] = {
        "prompt": prompt,
        "model": BOOK.name,
        "digest": BOOK.digest,
        "width": 64,
        "height": 64,
        "steps": 4,
        "guidance": 5.0,
        "sampler": "Euler",
        "seed": 7,
    }
    return Recipe(**{**usual, **changes})


def ignore(step: int, preview: bytes | None) -> None:
    """Tells nobody."""


@asynccontextmanager
async def born(
    folder: Path, *models: str, link: OpenLink = FAKES, **more: Any
) -> AsyncIterator[ChildPainter]:
    """A painter whose child is warm."""
    painter = ChildPainter("left", orders(folder, *models), link, **more)
    try:
        await soon(painter.start())
        yield painter
    finally:
        await soon(painter.close(within_s=PATIENCE_S))


async def soon(work: Any) -> Any:
    """What comes of it, long before the test's own end where nothing does."""
    return await asyncio.wait_for(work, PATIENCE_S)


async def begun(painter: ChildPainter, asked: Recipe | None = None) -> asyncio.Task[Any]:
    """A task that paints, after its first step; one that ends only when it is withdrawn."""
    stepped = asyncio.Event()
    painting = painter.paint(asked or recipe("wait"), {}, lambda *_: stepped.set())
    task = asyncio.ensure_future(painting)
    await soon(stepped.wait())
    return task


class Changes:
    """Wakes whoever waits for a painter to become another."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def __call__(self) -> None:
        self._changed.set()

    async def until(self, so: Callable[[], bool]) -> None:
        while not so():
            self._changed.clear()
            await soon(self._changed.wait())


class Heard(logging.Handler):
    """Records with what was known where they were written."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[tuple[logging.LogRecord, Facts]] = []
        self.news = Changes()

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append((record, known()))
        self.news()

    def saying(self, part: str) -> list[tuple[logging.LogRecord, Facts]]:
        return [each for each in self.records if part in each[0].getMessage()]

    async def one(self, part: str) -> tuple[logging.LogRecord, Facts]:
        await self.news.until(lambda: bool(self.saying(part)))
        return self.saying(part)[0]


@contextmanager
def hearing(level: int = logging.INFO) -> Iterator[Heard]:
    """All that goes into the log from that level on."""
    heard, root = Heard(), logging.getLogger()
    # A program that was run in this process may have wanted more of ours than of everybody.
    before = {logger: logger.level for logger in (root, logging.getLogger("engine"))}
    root.addHandler(heard)
    for logger in before:
        logger.setLevel(level)
    try:
        yield heard
    finally:
        root.removeHandler(heard)
        for logger, was in before.items():
            logger.setLevel(was)


async def ended(pid: int) -> None:
    """Until that process has ended, whoever has to ask it how."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        await soon(asyncio.to_thread(select.select, [watch], [], [], PATIENCE_S))
        assert select.select([watch], [], [], 0)[0], f"{pid} is still there"
    finally:
        os.close(watch)


def kill(painter: ChildPainter, how: signal.Signals = signal.SIGKILL) -> int:
    assert painter.pid is not None
    os.kill(painter.pid, how)
    return painter.pid


class Pause:
    """Takes no time, until it is told to last."""

    def __init__(self, lasts_after: int = 1000) -> None:
        self.lengths: list[float] = []
        self.lasts = Changes()
        self._lasts_after = lasts_after

    @property
    def is_long(self) -> bool:
        return len(self.lengths) >= self._lasts_after

    async def __call__(self, length_s: float) -> None:
        self.lengths.append(length_s)
        self.lasts()
        if self.is_long:
            await asyncio.Event().wait()
