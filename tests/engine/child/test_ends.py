"""Children that are halted, or left alone, and what stays of those that ended."""

import asyncio
import gc
import os
import signal
import sys
import threading
from asyncio.subprocess import PIPE
from pathlib import Path

import psutil
import pytest

from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.errors import PainterGone
from tests.engine.child.nursery import (
    PATIENCE_S,
    Changes,
    begun,
    born,
    ended,
    hearing,
    ignore,
    kill,
    orders,
    recipe,
    soon,
)

LETS_GO = """
import os, sys, threading
os.close(int(sys.argv[1]))
threading.Event().wait()
"""
BRIEF = """
import os, socket, sys
from engine.child.frames import send
from engine.child.messages import Loaded, Ready, frame_of
place = socket.socket(fileno=int(sys.argv[1]))
send(place, frame_of(Ready(cards={}, seats=1)))
send(place, frame_of(Loaded(models=("book",))))
"""


async def test_a_halted_child_halts_nobody(tmp_path: Path) -> None:
    long = "fox " * 5000
    async with born(tmp_path) as painter:
        kill(painter, signal.SIGSTOP)

        # Far more than what lies in a socket that nobody reads.
        waiting = [
            asyncio.create_task(painter.paint(recipe(long, seed=seed), {"a": b"paint"}, ignore))
            for seed in range(100)
        ]
        await asyncio.sleep(0)
        assert not any(task.done() for task in waiting)

        kill(painter, signal.SIGCONT)
        pictures = await soon(asyncio.gather(*waiting))

    assert [picture.recipe.seed for picture in pictures] == list(range(100))


async def test_a_halted_child_is_ended_by_force(tmp_path: Path) -> None:
    async with born(tmp_path) as painter:
        pid = kill(painter, signal.SIGSTOP)

        await soon(painter.close(within_s=0.01))

    await ended(pid)


async def test_a_halted_child_is_ended_also_where_nobody_waits_for_its_end(tmp_path: Path) -> None:
    async with born(tmp_path) as painter:
        pid = kill(painter, signal.SIGSTOP)
        closing = asyncio.create_task(painter.close())
        await asyncio.sleep(0)

        closing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await soon(closing)

    await ended(pid)


async def test_a_child_leaves_it_to_its_parent_when_to_end(tmp_path: Path) -> None:
    async with born(tmp_path) as painter:
        pids = {kill(painter, how) for how in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}

        assert (await soon(painter.paint(recipe(), {}, ignore))).png
        assert {painter.pid} == pids
        # So the keys of a terminal mean only the parent.
        assert os.getpgid(pids.pop()) != os.getpgid(0)


async def test_a_child_ends_with_its_parent_however_that_one_ends(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.engine.child.fake_parent", str(tmp_path)), stdout=PIPE
    )
    assert parent.stdout is not None
    child = int(await soon(parent.stdout.readline()))
    assert psutil.pid_exists(child)

    parent.kill()
    await soon(parent.wait())

    await ended(child)


@pytest.mark.parametrize(
    ("ends", "pictures"), [(2, 5), pytest.param(5, 20, marks=pytest.mark.slow)]
)
async def test_nothing_stays_open_after_pictures_and_ends(
    tmp_path: Path, ends: int, pictures: int
) -> None:
    large = bytes(100_000)
    changes = Changes()
    gc.collect()
    before = psutil.Process().num_fds(), psutil.Process().children()

    async with born(tmp_path, changed=changes) as painter:
        await soon(painter.paint(recipe(), {"a": large}, ignore))
        assert painter.pid is not None
        there = psutil.Process(painter.pid).num_fds()
        for _ in range(ends):
            for _ in range(pictures):
                await soon(painter.paint(recipe(), {"a": large}, ignore))
            waiting = await begun(painter)
            sending = asyncio.create_task(painter.paint(recipe(), {"a": large}, ignore))
            await asyncio.sleep(0)
            kill(painter)
            await soon(asyncio.gather(waiting, sending, return_exceptions=True))
            await changes.until(lambda: painter.alive)
        for _ in range(pictures):
            await soon(painter.paint(recipe(), {"a": large}, ignore))
        # That of the last picture may be about to be closed.
        assert psutil.Process(painter.pid).num_fds() <= there + 1

    assert (psutil.Process().num_fds(), psutil.Process().children()) == before


async def test_a_child_that_is_heard_no_more_is_ended(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path), by_command((sys.executable, "-c", LETS_GO)))
    starting = asyncio.create_task(painter.start())
    await asyncio.sleep(0)
    pid = painter.pid

    with pytest.raises(PainterGone, match="left did not start"):
        await soon(starting)

    assert pid is not None
    await ended(pid)


async def test_a_child_that_was_ready_and_is_gone_is_neither_alive_nor_warm(tmp_path: Path) -> None:
    seen: list[tuple[bool, bool]] = []
    painter = ChildPainter(
        "left",
        orders(tmp_path),
        by_command((sys.executable, "-c", BRIEF)),
        changed=lambda: seen.append((painter.alive, bool(painter.warm))),
    )
    starting = asyncio.create_task(painter.start())
    await asyncio.sleep(0)

    # Without letting the loop go on: it hears of both at once.
    for thread in threading.enumerate():
        if thread.name == "post in":
            thread.join(PATIENCE_S)

    with pytest.raises(PainterGone, match="left did not start"):
        await soon(starting)
    assert seen == [(False, False)]


async def test_a_program_that_a_child_started_does_not_hide_its_end(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            painting = await begun(painter, recipe("another program"))
            record, _ = await heard.one("started ")
            another = int(record.getMessage().removeprefix("started "))
            try:
                kill(painter)

                with pytest.raises(PainterGone):
                    await soon(painting)
                assert psutil.pid_exists(another)
            finally:
                os.kill(another, signal.SIGKILL)


async def test_a_program_that_is_not_there_is_told_as_it_is(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path), by_command(("/nowhere/python",)))

    with pytest.raises(FileNotFoundError, match="nowhere"):
        await painter.start()

    assert painter.pid is None
