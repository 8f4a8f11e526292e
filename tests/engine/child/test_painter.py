"""A painter in a process of its own: pictures, progress, errors, withdrawing, closing."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from engine.about import about
from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.errors import BadModel, OutOfMemory, PainterGone, PaintingFailed, Unavailable
from engine.ladder import Work
from engine.meter import Measured, Relieved, Stepped
from engine.phrase import Phrase
from engine.ports import Painter
from tests.engine.child.fake_child import CURVE, MADE, QUICKER, VITALS
from tests.engine.child.nursery import (
    FAKE,
    FAKES,
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
from tests.engine.recipes import EVERYTHING
from tests.fakes import BOOK


async def test_a_recipe_becomes_a_picture_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    sources = {"a" * 64: b"first", "b" * 64: b"", "c" * 64: b"last"}

    async with born(tmp_path) as painter:
        port: Painter = painter
        picture = await soon(port.paint(EVERYTHING, sources, ignore))

    assert picture.recipe == EVERYTHING
    assert picture.png == b"\x89PNGfirstlast"
    assert picture.seconds == 0.5
    note = picture.notes[1]
    assert isinstance(note, Phrase)
    assert picture.notes[0] == "plain"
    assert note.values["seconds"] == 0.5
    assert str(note.values["often"]) == "once"


async def test_it_is_what_its_child_says(tmp_path: Path) -> None:
    changes = Changes()
    async with born(tmp_path, "book", "other", changed=changes) as painter:
        await changes.until(lambda: bool(painter.warm))

        assert (painter.name, painter.alive, painter.seats) == ("left", True, 3)
        assert [*painter.cards] == ["book", "other"]
        assert painter.cards["book"] == BOOK
        assert painter.curves == {"book": (CURVE,), "other": (CURVE,)}
        assert [*painter.warm] == ["book"]
        assert painter.pid != os.getpid()
        assert await soon(painter.vitals()) == VITALS

        await soon(painter.paint(recipe(model="other"), {}, ignore))
        assert [*painter.warm] == ["book", "other"]


async def test_what_its_child_made_ready_is_known_as_long_as_it_is_there(tmp_path: Path) -> None:
    changes = Changes()
    async with born(tmp_path, changed=changes) as painter:
        before = painter.made
        await soon(painter.paint(recipe("grow"), {}, ignore))
        grown, curves = painter.made, painter.curves
        kill(painter)
        await changes.until(lambda: not painter.alive)

        assert (before, grown) == ({}, {BOOK.name: (MADE,)})
        assert curves == {BOOK.name: (QUICKER,)}
        assert painter.made == {}


async def test_several_pictures_are_painted_at_once_and_told_apart(tmp_path: Path) -> None:
    told: dict[int, list[tuple[int, bytes | None]]] = {3: [], 4: []}

    async with born(tmp_path) as painter:
        waiting = await begun(painter)
        pictures = await soon(
            asyncio.gather(
                *(
                    painter.paint(
                        recipe(steps=steps, seed=steps),
                        {"a": b"%d" % steps},
                        lambda *step, steps=steps: told[steps].append(step),
                    )
                    for steps in told
                )
            )
        )
        assert not waiting.done()
        waiting.cancel()

    assert [picture.recipe.seed for picture in pictures] == [3, 4]
    assert [picture.png for picture in pictures] == [b"\x89PNG3", b"\x89PNG4"]
    assert told[3] == [(1, None), (2, None), (2, b"preview 2"), (3, None)]
    assert told[4] == [*told[3], (4, None), (4, b"preview 4")]


async def test_an_error_keeps_its_class_and_what_other_languages_need(tmp_path: Path) -> None:
    async with born(tmp_path) as painter:
        with pytest.raises(OutOfMemory, match="Did you mean small") as told:
            await soon(painter.paint(recipe("too large"), {}, ignore))
        assert painter.alive

    assert str(told.value) == "Too large for 1.5 GiB. Did you mean small?"
    assert told.value.phrase.sentence == "Too large for {gib} GiB. {mend}"
    assert told.value.phrase.values["gib"] == 1.5
    mend = told.value.phrase.values["mend"]
    assert isinstance(mend, Phrase)
    assert mend.values == {"one": "small"}


async def test_a_bug_is_in_the_log_and_not_in_the_answer(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            with pytest.raises(PaintingFailed, match="It was not your fault") as told:
                await soon(painter.paint(recipe("bug"), {}, ignore))
            record, _ = await heard.one("a picture met a bug")
            assert (await soon(painter.paint(recipe(), {}, ignore))).png

    assert "what nobody expected" not in str(told.value)
    assert record.exc_info
    assert "RuntimeError: what nobody expected" in str(record.exc_info[1])
    assert "fake_child.py" in str(record.exc_info[1])


async def test_cancelling_withdraws_a_picture_and_leaves_the_others(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            leaving, staying = await begun(painter), await begun(painter)
            leaving.cancel()

            with pytest.raises(asyncio.CancelledError):
                await leaving
            await heard.one("withdrawn")
            assert (await soon(painter.paint(recipe(), {}, ignore))).png
            assert not staying.done()
            assert len(heard.saying("withdrawn")) == 1
            staying.cancel()


async def test_what_is_measured_there_is_measured_here(tmp_path: Path) -> None:
    heard: list[Measured] = []
    async with born(tmp_path) as painter:
        painter.meter.add(heard.append)
        await soon(painter.paint(recipe(steps=2), {}, ignore))
        with pytest.raises(OutOfMemory):
            await soon(painter.paint(recipe("too large"), {}, ignore))

    step = Stepped(model=BOOK.name, seconds=0.25, tiles=1, rows=2)
    assert heard == [step, step, Relieved(work=Work.DECODE, rung=None)]


async def test_lines_of_its_log_are_lines_of_ours_with_what_they_are_about(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path, link=by_command(FAKE, {"CUDA_VISIBLE_DEVICES": "5"})) as painter:
            with about(job="j1", owner="local"):
                await soon(painter.paint(recipe("talk"), {}, ignore))
            record, facts = await heard.one("fine: 100 %")
            warning, _ = await heard.one("be careful")
            await heard.one("sees 5")

    assert facts == {"job": "j1", "owner": "local"}
    assert (record.name, record.levelno) == ("engine.fake", logging.INFO)
    assert record.filename == "fake_child.py"
    assert warning.name == "py.warnings"
    assert not heard.saying("nobody asked")
    assert not heard.saying("too small")


async def test_lines_that_nobody_here_wants_are_not_written(tmp_path: Path) -> None:
    with hearing(logging.WARNING) as heard:
        async with born(tmp_path) as painter:
            await soon(painter.paint(recipe("talk"), {}, ignore))
            await heard.one("be careful")

    assert not heard.saying("fine")


async def test_a_bug_that_nobody_waits_for_there_is_in_our_log(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            await soon(painter.paint(recipe("thread"), {}, ignore))
            record, _ = await heard.one("where nobody waits")

    assert record.exc_info
    assert "ZeroDivisionError" in str(record.exc_info[1])


async def test_what_comes_of_a_picture_that_was_withdrawn_is_passed_over(tmp_path: Path) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))

    async with born(tmp_path) as painter:
        leaving = await begun(painter, recipe(steps=1_000_000))
        leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        # What was said before has been heard before this.
        await soon(painter.paint(recipe(), {}, ignore))

    assert complaints == []


async def test_a_device_that_cannot_be_looked_at_says_so(tmp_path: Path) -> None:
    async with born(tmp_path, "blind") as painter:
        with pytest.raises(Unavailable, match="cannot see the card"):
            await soon(painter.vitals())
        assert painter.alive


async def test_large_sources_come_back_as_they_were(tmp_path: Path) -> None:
    large = os.urandom(1024) * (50 * 1024)

    async with born(tmp_path) as painter:
        picture = await soon(painter.paint(recipe(), {"a": large}, ignore))

    assert picture.png == b"\x89PNG" + large


async def test_closing_ends_it_in_order(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            pid = painter.pid
            waiting = await begun(painter)
            await soon(painter.close())

            with pytest.raises(PainterGone):
                await waiting
            assert (painter.alive, painter.warm, painter.pid) == (False, (), None)
            with pytest.raises(PainterGone):
                await painter.paint(recipe(), {}, ignore)
            with pytest.raises(PainterGone):
                await painter.vitals()

    assert pid is not None
    await ended(pid)
    assert heard.saying("closed in order")
    assert not heard.saying("ended")


async def test_closing_waits_for_no_thread_of_the_child_that_is_stuck(tmp_path: Path) -> None:
    with hearing() as heard:
        async with born(tmp_path) as painter:
            await begun(painter, recipe("stuck"))

            await soon(painter.close())

    assert heard.saying("closed in order")


async def test_what_comes_in_the_way_of_its_first_start_is_raised(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path, "bad"), FAKES)

    with pytest.raises(BadModel, match="no model “bad”") as told:
        await soon(painter.start())

    assert told.value.phrase.values == {"name": "bad"}
    assert (painter.alive, painter.pid) == (False, None)
    await painter.close()


async def test_a_bug_at_its_first_start_is_in_the_log(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path, "bug"), FAKES)

    with hearing() as heard, pytest.raises(PaintingFailed):
        await soon(painter.start())

    (record, _) = heard.saying("met a bug")[0]
    assert record.exc_info
    assert "what nobody expected" in str(record.exc_info[1])


async def test_a_child_that_dies_at_its_first_start_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    painter = ChildPainter("left", orders(tmp_path), FAKES)

    with pytest.raises(PainterGone, match="left did not start: it ended with exit code 3"):
        await soon(painter.start())


async def test_a_start_that_nobody_waits_for_leaves_no_child(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path, "slow"), FAKES)
    with hearing() as heard:
        starting = asyncio.create_task(painter.start())
        await heard.one("it is slow")
    pid = painter.pid

    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting

    assert pid is not None
    await ended(pid)
    assert painter.pid is None


async def test_painting_before_its_start_is_refused(tmp_path: Path) -> None:
    painter = ChildPainter("left", orders(tmp_path), FAKES)

    with pytest.raises(PainterGone, match="left"):
        await painter.paint(recipe(), {}, ignore)
