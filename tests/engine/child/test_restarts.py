"""Children that are killed or break, and come back."""

import asyncio
import logging
import signal
import sys
from pathlib import Path

import psutil
import pytest

from engine.child.heartbeat import Heartbeat
from engine.child.process import by_command
from engine.errors import PainterGone
from engine.vitals import Vitals
from tests.engine.child.fake_child import BROKEN, COLD, OTHER_MODELS
from tests.engine.child.nursery import (
    FAKE,
    PATIENCE_S,
    Changes,
    Pause,
    begun,
    born,
    ended,
    hearing,
    ignore,
    kill,
    recipe,
    soon,
)


async def test_a_killed_child_fails_what_it_painted_at_once_and_comes_back(tmp_path: Path) -> None:
    changes = Changes()
    with hearing() as heard:
        async with born(tmp_path, changed=changes) as painter:
            waiting = [await begun(painter), await begun(painter)]
            pid = kill(painter)

            outcomes = await soon(asyncio.gather(*waiting, return_exceptions=True))
            assert [type(outcome) for outcome in outcomes] == [PainterGone, PainterGone]
            assert outcomes[0] is not outcomes[1]
            assert (painter.alive, painter.warm) == (False, ())
            with pytest.raises(PainterGone, match="left"):
                await painter.paint(recipe(), {}, ignore)

            await changes.until(lambda: painter.alive and bool(painter.warm))
            assert painter.pid != pid
            assert (await soon(painter.paint(recipe(), {}, ignore))).png

    (record, _) = heard.saying("the painter left ended")[0]
    assert "started again at once: it was ended by SIGKILL" in record.getMessage()
    assert len(heard.saying("ended")) == 1


async def test_a_halted_child_is_noticed_and_another_goes_on(tmp_path: Path) -> None:
    changes, hasty = Changes(), Heartbeat(every_s=0.01, patience_s=0.2)
    with hearing() as heard:
        async with born(tmp_path, changed=changes, heartbeat=hasty) as painter:
            waiting, pid = await begun(painter), kill(painter, signal.SIGSTOP)

            with pytest.raises(PainterGone):
                await soon(waiting)
            await heard.one("the painter left is back")
            assert painter.pid not in {pid, None}

    await ended(pid)
    assert (
        "it gave no answer within 0.2 s, 2 times in a row"
        in heard.saying("ended")[0][0].getMessage()
    )


async def test_a_child_that_answers_is_left_alone_whatever_it_answers(tmp_path: Path) -> None:
    often = Heartbeat(every_s=0.001, patience_s=PATIENCE_S, misses=1)
    with hearing(logging.DEBUG) as heard:
        async with born(tmp_path, "blind", heartbeat=often) as painter:
            pid = painter.pid

            await heard.news.until(lambda: len(heard.saying("cannot say how it is")) > 5)

            assert (painter.alive, painter.pid) == (True, pid)


async def test_a_look_at_a_device_ends_with_its_child(tmp_path: Path) -> None:
    async with born(tmp_path) as painter:
        kill(painter, signal.SIGSTOP)
        look: asyncio.Task[Vitals] = asyncio.create_task(painter.vitals())
        await asyncio.sleep(0)

        kill(painter)

        with pytest.raises(PainterGone):
            await soon(look)


async def test_an_engine_that_is_lost_is_replaced_by_another_child(tmp_path: Path) -> None:
    changes = Changes()
    with hearing() as heard:
        async with born(tmp_path, changed=changes) as painter:
            pid, waiting = painter.pid, await begun(painter)

            with pytest.raises(PainterGone):
                await soon(painter.paint(recipe("lose"), {}, ignore))
            with pytest.raises(PainterGone):
                await soon(waiting)
            await changes.until(lambda: painter.alive)
            assert painter.pid != pid

    assert "The painter broke down." in heard.saying("left ended")[0][0].getMessage()


async def test_rubbish_is_the_end_of_a_child(tmp_path: Path) -> None:
    changes = Changes()
    with hearing() as heard:
        async with born(tmp_path, changed=changes) as painter:
            pid = painter.pid

            with pytest.raises(PainterGone):
                await soon(painter.paint(recipe("rubbish"), {}, ignore))
            await changes.until(lambda: painter.alive)
            assert pid not in {child.pid for child in psutil.Process().children()}

    assert pid is not None
    await ended(pid)
    assert "begins as nothing that is known" in heard.saying("left ended")[0][0].getMessage()


async def test_a_child_that_dies_again_and_again_is_waited_for_ever_longer(tmp_path: Path) -> None:
    pause = Pause(lasts_after=5)
    with hearing() as heard:
        async with born(tmp_path, pause=pause) as painter:
            (tmp_path / BROKEN).touch()
            kill(painter)

            await pause.lasts.until(lambda: pause.is_long)
            assert not painter.alive

    assert pause.lengths == [0, 1, 2, 4, 8]
    lines = [record.getMessage() for record, _ in heard.saying("left ended")]
    assert len(lines) == 5
    assert "SIGKILL" in lines[0]
    assert all("exit code 3" in line for line in lines[1:])


async def test_a_child_that_came_back_and_painted_is_not_waited_for_longer(tmp_path: Path) -> None:
    pause, changes = Pause(), Changes()
    async with born(tmp_path, pause=pause, changed=changes) as painter:
        for prompt in ("die", "die", "a fox", "die"):
            outcome = await soon(
                asyncio.gather(painter.paint(recipe(prompt), {}, ignore), return_exceptions=True)
            )
            assert isinstance(outcome[0], PainterGone) == (prompt == "die")
            await changes.until(lambda: painter.alive)

    assert pause.lengths == [0, 1, 0]


async def test_what_it_paints_with_is_asked_anew(tmp_path: Path) -> None:
    changes = Changes()
    async with born(tmp_path, changed=changes) as painter:
        (tmp_path / OTHER_MODELS).write_text("large")
        kill(painter)
        await changes.until(lambda: "large" in painter.warm)

        assert [*painter.cards] == ["large"]


async def test_nothing_is_warm_that_was_warm_before_it_was_killed(tmp_path: Path) -> None:
    changes = Changes()
    async with born(tmp_path, changed=changes) as painter:
        await changes.until(lambda: bool(painter.warm))
        (tmp_path / COLD).touch()
        kill(painter)
        await changes.until(lambda: not painter.alive)
        await changes.until(lambda: painter.alive)

        # What is said of models is said before this is answered.
        await soon(painter.vitals())
        assert [*painter.warm] == []


async def test_closing_ends_the_pause_before_another_start(tmp_path: Path) -> None:
    pause = Pause(lasts_after=1)
    async with born(tmp_path, pause=pause) as painter:
        kill(painter)
        await pause.lasts.until(lambda: pause.is_long)

        await soon(painter.close())

        assert (painter.alive, painter.pid) == (False, None)


async def test_closing_ends_a_start_that_is_under_way(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            (tmp_path / OTHER_MODELS).write_text("slow")
            kill(painter)
            await heard.one("it is slow")
            pid = painter.pid
            with pytest.raises(PainterGone):
                await soon(painter.paint(recipe(), {}, ignore))

            await soon(painter.close())

    assert pid is not None
    await ended(pid)


async def test_a_program_that_is_away_for_a_while_is_tried_until_it_is_there(
    tmp_path: Path,
) -> None:
    program, away, changes = tmp_path / "program", tmp_path / "away", Changes()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    program.chmod(0o755)

    async def pause(length_s: float) -> None:
        if length_s == 0:
            program.rename(away)
        if length_s == 2:
            away.rename(program)

    with hearing() as heard:
        async with born(
            tmp_path, link=by_command((str(program), *FAKE[1:])), pause=pause, changed=changes
        ) as painter:
            kill(painter)
            await changes.until(lambda: not painter.alive)
            await changes.until(lambda: painter.alive)

    assert [record.levelname for record, _ in heard.saying("No such file")] == ["ERROR"] * 2
    assert not heard.saying("met a bug")
