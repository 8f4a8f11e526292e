"""What the terminal shows while a job is painted."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import messages
from bot.terminal import Easel, way_of
from engine.job import Job, Tile
from engine.job import Progress as Step


class Watch:
    """A bar over the steps of all tiles, and the first unfinished tile as it comes to be."""

    def __init__(self, bar: Progress, easel: Easel) -> None:
        self._bar, self._easel = bar, easel
        self._task = bar.add_task(messages.LOADING, total=None)
        self._left: dict[tuple[str, int], int] = {}
        self._total = 0

    def expect(self, tiles: Iterable[Tile]) -> None:
        """So much will be painted, all jobs together."""
        self._total = sum(tile.recipe.told_steps for tile in tiles)

    def begin(self, job: Job) -> None:
        """The engine is warm and the job accepted."""
        self._left |= {(job.id, tile.index): tile.recipe.told_steps for tile in job.tiles}
        self._bar.update(self._task, description=messages.PAINTING, total=self._total)

    def step(self, step: Step) -> None:
        """A tile is a step further."""
        tile = step.job, step.tile
        shown = next((tile for tile, left in self._left.items() if left), tile)
        left = step.steps - step.step
        self._bar.advance(self._task, self._left.get(tile, left) - left)
        self._left[tile] = left
        if step.preview and tile == shown:
            self._easel.png = step.preview


@contextmanager
def watching(console: Console) -> Iterator[Watch]:
    """Show progress on a terminal, nothing elsewhere."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
    )
    easel = Easel(bar, way_of(console, os.environ))
    with Live(easel, console=console, refresh_per_second=4, transient=True):
        try:
            yield Watch(bar, easel)
        finally:
            easel.take_down(console)
