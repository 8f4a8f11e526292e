"""Backing up and restoring what this Easel keeps, with a bar that says how far it is."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bot import backup_words
from bot.doctor import Finding
from bot.settings import Settings
from bot.version import version
from engine.clock import utc_now
from engine.errors import EaselError
from storage.backup import back_up
from storage.backup_contents import Contents, Stage, Tell, look_through
from storage.damaged_file import file_of, is_damaged
from storage.restore import restore
from storage.restore_files import cut_off


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What is kept here, and a terminal to say how far it is."""

    settings: Settings
    console: Console

    async def back_up(self, place: Path, *, replace: bool) -> list[str]:
        """What is said once it is there. Raises InvalidRequest and StorageFailed."""
        with _bars(self.console) as tell:
            made = await back_up(
                self.settings.database,
                self.settings.data_dir,
                place,
                easel=version(),
                now=utc_now(),
                tell=tell,
                replace=replace,
            )
        size = await asyncio.to_thread(os.path.getsize, place)
        contents = made.contents
        said = [backup_words.made(place, size, contents.rows, contents.files), *_gone(contents)]
        if made.damaged:
            said.append(backup_words.damaged(made.damaged))
        return [*said, *made.left_out, backup_words.NOT_IN_IT]

    async def restore(self, place: Path, *, replace: bool) -> list[str]:
        """What is said once all is back. Raises as above, and Misconfigured."""
        with _bars(self.console) as tell:
            contents = await restore(
                self.settings.database,
                self.settings.data_dir,
                place,
                tell=tell,
                replace=replace,
            )
        return [backup_words.restored(contents.rows, contents.files), *_gone(contents)]

    def check(self, place: Path) -> list[str]:
        """What is said of one that is whole; nothing is changed."""
        with _bars(self.console) as tell:
            contents = look_through(place, tell)
        about = contents.about
        told = backup_words.whole(place, about.easel, about.made, contents.rows, contents.files)
        return [told, *_gone(contents)]


def harm(settings: Settings) -> Iterator[Finding]:
    """What only a backup mends; nothing where all is well. Reading all of it takes a while."""
    try:
        file = file_of(settings.database)
    except EaselError:
        file = None  # what is wrong with the address is found elsewhere
    if file is not None and is_damaged(file):
        yield Finding(what="database file", fact=f"{file} is damaged.", mend=backup_words.DAMAGED)
    for aside in cut_off_restores(settings):
        yield Finding(what="restore", fact=backup_words.CUT_OFF, mend=backup_words.cut_off(aside))


def cut_off_restores(settings: Settings) -> list[Path]:
    """What was put aside by one that never ended."""
    aside = cut_off(settings.data_dir)
    return [aside] if aside else []


def _gone(contents: Contents) -> list[str]:
    return [backup_words.gone(contents.gone)] if contents.gone else []


@contextmanager
def _bars(console: Console) -> Iterator[Tell]:
    """A bar for each stage on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    ) as bar:
        tasks = {}

        def tell(stage: Stage, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell
