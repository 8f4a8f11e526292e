"""A backup or a restore that somebody stops, or whose place another one takes."""

import asyncio
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidRequest
from storage.backup_contents import Stage, Tell
from storage.backup_file import unfinished
from storage.restore_files import ASIDE
from tests.storage.hearing import hearing
from tests.storage.homes import Home, NewHome, backup, home, names_in, new_home
from tests.storage.household import files_in

__all__ = ["backup", "home", "new_home"]
"""Fixtures are found by their names."""


async def stopped(work: Coroutine[Any, Any, Any], stop: asyncio.Event) -> None:
    task = asyncio.ensure_future(work)
    await stop.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def stopping_at(stage: Stage, told: list[Stage], stop: asyncio.Event) -> Tell:
    """Tells somebody to stop it, and goes on once they have."""
    loop = asyncio.get_running_loop()

    def tell(at: Stage, _: int, __: int) -> None:
        if at is not stage or threading.current_thread() is threading.main_thread():
            return
        told.append(at)
        if len(told) == 1:
            has_stopped = threading.Event()
            loop.call_soon_threadsafe(stop.set)
            # By then what waits for it was told.
            loop.call_soon_threadsafe(loop.call_later, 0.05, has_stopped.set)
            has_stopped.wait(30)

    return tell


@pytest.mark.parametrize("stage", [Stage.FILES, Stage.CHECK])
async def test_a_backup_that_is_stopped_reads_no_further_and_leaves_nothing(
    stage: Stage, home: Home, tmp_path: Path
) -> None:
    told, stop = list[Stage](), asyncio.Event()
    slow = Home(url=home.url, folder=home.folder, tell=stopping_at(stage, told, stop))

    await stopped(slow.back_up(tmp_path / "easel.tar"), stop)

    assert told == [stage]
    assert names_in(tmp_path, "easel.tar*") == []


async def test_a_restore_that_is_stopped_looks_no_further(backup: Path, new_home: NewHome) -> None:
    other = new_home("sqlite")
    told, stop = list[Stage](), asyncio.Event()
    slow = Home(url=other.url, folder=other.folder, tell=stopping_at(Stage.CHECK, told, stop))

    await stopped(slow.restore(backup), stop)

    assert told == [Stage.CHECK]
    assert names_in(other.folder) == []


async def test_a_restore_that_is_stopped_tidies_behind_its_last_file(
    backup: Path, new_home: NewHome
) -> None:
    other, loop = new_home("sqlite"), asyncio.get_running_loop()
    stop, ended, overlaps = asyncio.Event(), threading.Event(), list[bool]()

    def stop_at_a_picture(about: tuple[object, ...]) -> None:
        if ASIDE in str(about[0]) and not overlaps:
            loop.call_soon_threadsafe(stop.set)
            overlaps.append(ended.wait(0.5))

    with hearing("open", stop_at_a_picture):
        await stopped(other.restore(backup), stop)
        ended.set()

    assert overlaps == [False]
    assert not (other.folder / "pictures").exists()


async def test_what_lay_aside_and_cannot_be_removed_is_no_reason_to_fail(
    home: Home, backup: Path, new_home: NewHome, caplog: pytest.LogCaptureFixture
) -> None:
    def move_aside(stage: Stage, done: int, total: int) -> None:
        if stage is Stage.FILES and done == total:
            # Through a link, nothing is removed.
            aside.rename(aside.with_name("elsewhere"))
            aside.symlink_to("elsewhere")

    other = new_home("sqlite")
    aside = other.folder / "pictures" / ASIDE

    await Home(url=other.url, folder=other.folder, tell=move_aside).restore(backup)

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert files_in(home.folder).items() <= files_in(other.folder).items()


def test_a_backup_that_has_just_become_whole_is_not_cut_short(backup: Path) -> None:
    content = backup.read_bytes()
    draft = backup.with_name("easel.tar.unfinished")
    backup.rename(draft)

    def become_whole(_: tuple[object, ...]) -> None:
        if not backup.exists():
            draft.rename(backup)

    with hearing("fcntl.flock", become_whole), unfinished(backup, replace=True) as (file, _):
        file.write(b"another")
        assert backup.read_bytes() == content

    assert names_in(backup.parent, "easel.tar*") == ["easel.tar"]
    assert backup.read_bytes() == b"another"


def test_what_somebody_put_there_meanwhile_stays(tmp_path: Path) -> None:
    place = tmp_path / "easel.tar"

    def write() -> None:
        with unfinished(place, replace=True):
            place.write_text("Dear Alice")

    with pytest.raises(InvalidRequest, match="is no backup, so I do not overwrite it"):
        write()

    assert [file.read_text() for file in tmp_path.iterdir()] == ["Dear Alice"]
