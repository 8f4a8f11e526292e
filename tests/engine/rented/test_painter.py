"""A painter on rented machines: what comes of a picture, and what of the painter."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.child.messages import Failed, Grown, Loaded, Paint, Painted, Refused, Stepped
from engine.errors import (
    BadModel,
    Misconfigured,
    OutOfMemory,
    PainterGone,
    PaintingFailed,
    Unavailable,
)
from engine.job import Picture
from engine.made import made_of
from engine.meter import Measured
from engine.rented.call import Call
from tests.engine.child.fake_child import MADE
from tests.engine.child.nursery import Changes, hearing, ignore, recipe, soon
from tests.engine.rented.homes import (
    BROKEN,
    Here,
    Scripted,
    deployed,
    greeting,
    letters,
    rented,
    settled,
    without,
)
from tests.fakes import BOOK

PICTURE = Picture(recipe=recipe(), png=b"\x89PNG", seconds=0.5)
STEP = Stepped(number=0, step=1, preview=None)
DONE = [greeting(), *letters(STEP, Painted(number=0, picture=PICTURE))]


class Pauses:
    """Notes how long each is, and lets nobody wait until it is let."""

    def __init__(self) -> None:
        self.lengths: list[float] = []
        self.open = asyncio.Event()

    async def __call__(self, length_s: float) -> None:
        self.lengths.append(length_s)
        await self.open.wait()


async def test_it_has_the_models_and_the_seats_of_all_machines() -> None:
    async with rented(Scripted()) as painter:
        assert painter.cards == {BOOK.name: BOOK}
        assert painter.seats == 3 * 2
        assert painter.alive
        assert painter.name == "landlord"


async def test_a_picture_of_a_machine_comes_with_its_steps_and_measures(tmp_path: Path) -> None:
    told: list[tuple[int, bytes | None]] = []
    measured: list[Measured] = []
    async with settled(tmp_path) as resident, rented(Here(resident)) as painter:
        painter.meter.add(measured.append)
        asked = recipe(steps=2)

        picture = await soon(
            painter.paint(asked, {"a": b"source"}, lambda *step: told.append(step))
        )

        assert picture.recipe == asked
        assert picture.png == b"\x89PNGsource"
        assert told == [(1, None), (2, None), (2, b"preview 2")]
        assert len(measured) == 2
        assert list(painter.warm) == [BOOK.name]


async def test_errors_of_ours_come_back_as_ours(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident, rented(Here(resident)) as painter:
        with pytest.raises(OutOfMemory, match=r"Too large for 1\.5 GiB"):
            await soon(painter.paint(recipe("too large"), {}, ignore))

        assert painter.alive
        assert await soon(painter.paint(recipe(), {}, ignore))


async def test_a_bug_over_there_is_no_bug_here(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident, rented(Here(resident)) as painter:
        with pytest.raises(PaintingFailed):
            await soon(painter.paint(recipe("bug"), {}, ignore))

        assert painter.alive


@pytest.mark.parametrize(
    ("says", "why"),
    [
        ([greeting()], "without a picture"),
        ([], "without a picture"),
        ([greeting(), b"nonsense"], "no letter"),
        ([b"nonsense"], "no letter"),
        (letters(STEP), "which Easel"),
        ([greeting(), *letters(STEP), greeting("fc-1"), *DONE], "machine that painted was lost"),
        ([greeting(), *letters(Failed(mishap=BROKEN))], "It did not work."),
        ([greeting(version="2.0"), *DONE[1:]], "Easel 2.0, and this is 1.0"),
    ],
)
async def test_what_does_not_come_to_its_end_is_for_another_attempt(
    says: list[bytes], why: str
) -> None:
    with hearing() as log:
        async with rented(Scripted(*says), pause=Pauses()) as painter:
            with pytest.raises(PainterGone, match="landlord went away"):
                await soon(painter.paint(recipe(), {}, ignore))

            assert not painter.alive
            assert list(painter.warm) == []
    assert why in log.saying("did not bring")[0][0].getMessage()


async def test_what_somebody_over_there_refuses_is_for_another_attempt() -> None:
    landlord = Scripted()
    landlord.paints = _refusing(Unavailable("It does not answer."))
    async with rented(landlord, pause=Pauses()) as painter:
        with pytest.raises(PainterGone):
            await soon(painter.paint(recipe(), {}, ignore))

        assert not painter.alive
        with pytest.raises(PainterGone):
            await soon(painter.paint(recipe(), {}, ignore))


async def test_one_that_went_is_looked_for_with_growing_pauses_and_comes_back() -> None:
    changed, pauses = Changes(), Pauses()
    pauses.open.set()
    landlord = Scripted(greeting())
    async with rented(landlord, pause=pauses, changed=changed) as painter:
        landlord.offers = [Unavailable("Away."), RuntimeError("a bug"), deployed(version="2.0")]
        with pytest.raises(PainterGone):
            await soon(painter.paint(recipe(), {}, ignore))
        await changed.until(lambda: painter.alive)

        assert pauses.lengths == [0.0, 1.0, 2.0, 4.0]
        landlord.says = tuple(DONE)
        assert await soon(painter.paint(recipe(), {}, ignore)) == PICTURE
        landlord.says = ()
        with pytest.raises(PainterGone):
            await soon(painter.paint(recipe(), {}, ignore))
        await changed.until(lambda: painter.alive)

        assert pauses.lengths[4:] == [0.0]


async def test_other_models_than_before_are_not_painted_with() -> None:
    pauses, landlord = Pauses(), Scripted()
    with hearing() as log:
        async with rented(landlord, pause=pauses) as painter:
            landlord.offers = [deployed(cards={"other": replace(BOOK, name="other")})]
            with pytest.raises(PainterGone):
                await soon(painter.paint(recipe(), {}, ignore))
            pauses.open.set()
            said = await soon(log.one("cannot be had"))

            assert "Start Easel again" in said[0].getMessage()


async def test_others_go_on_where_one_machine_is_lost() -> None:
    landlord = Scripted(*DONE)
    landlord.go_on.clear()
    async with rented(landlord, pause=Pauses()) as painter:
        goes_on = asyncio.create_task(painter.paint(recipe(), {}, ignore))
        await soon(landlord.asked.wait())
        gate, landlord.go_on, landlord.paints = (
            landlord.go_on,
            asyncio.Event(),
            _refusing(Unavailable("Away.")),
        )
        landlord.go_on.set()
        with pytest.raises(PainterGone):
            await soon(painter.paint(recipe(), {}, ignore))
        landlord.paints = None

        gate.set()

        assert await soon(goes_on) == PICTURE


async def test_a_picture_that_is_withdrawn_ends_over_there() -> None:
    landlord = Scripted(*DONE[:2], hangs=True)
    async with rented(landlord) as painter:
        task = asyncio.create_task(painter.paint(recipe(), {}, ignore))
        await soon(landlord.heard.wait())

        task.cancel()
        await asyncio.wait({task})
        await soon(landlord.ended.wait())

        assert task.cancelled()
        assert painter.alive
    assert landlord.cancelled == ["fc-1"]


async def test_one_that_no_machine_has_taken_up_ends_as_soon_as_one_does() -> None:
    landlord = Scripted(*DONE[:2], hangs=True)
    landlord.go_on.clear()
    async with rented(landlord) as painter:
        task = asyncio.create_task(painter.paint(recipe(), {}, ignore))
        await soon(landlord.asked.wait())
        task.cancel()
        await asyncio.wait({task})
        assert landlord.cancelled == []

        landlord.go_on.set()
        await soon(landlord.ended.wait())
    assert landlord.cancelled == ["fc-1"]


async def test_who_left_is_told_no_more_steps() -> None:
    told: list[int] = []
    landlord = Scripted(*DONE[:2], hangs=True)
    call = Call(
        landlord, version="1.0", tell=lambda step, _: told.append(step), hear=lambda _: None
    )
    call.withdraw()

    await soon(call.run(_asked()))

    assert told == []
    assert landlord.cancelled == ["fc-1"]


async def test_what_is_over_is_not_ended_again() -> None:
    landlord = Scripted(*DONE)
    async with rented(landlord) as painter:
        await soon(painter.paint(recipe(), {}, ignore))
    refusing = Scripted(greeting(), *letters(Refused(number=0, mishap=BROKEN)))
    async with rented(refusing) as painter:
        with pytest.raises(PaintingFailed):
            await soon(painter.paint(recipe(), {}, ignore))

    assert landlord.cancelled == refusing.cancelled == []


async def test_another_easel_and_a_machine_that_begins_anew_are_ended_over_there() -> None:
    for says in ([greeting(), greeting("fc-2")], [greeting(), b"nonsense"]):
        landlord = Scripted(*says, hangs=True)
        async with rented(landlord, pause=Pauses()) as painter:
            with pytest.raises(PainterGone):
                await soon(painter.paint(recipe(), {}, ignore))
        assert len(landlord.cancelled) == 1


async def test_closing_withdraws_what_is_painted() -> None:
    landlord = Scripted(*DONE[:2], hangs=True)
    async with rented(landlord) as painter:
        task = asyncio.create_task(painter.paint(recipe(), {}, ignore))
        await soon(landlord.heard.wait())

    assert landlord.cancelled == ["fc-1"]
    with pytest.raises(PainterGone, match="landlord went away"):
        await soon(task)


async def test_closing_is_told_to_whoever_looks_at_it() -> None:
    changes: list[str] = []
    async with rented(Scripted(), changed=lambda: changes.append("changed")) as painter:
        assert changes == ["changed"]

    assert changes == ["changed"] * 2
    assert not painter.alive


async def test_closing_waits_no_longer_than_it_is_told() -> None:
    landlord = Scripted(hangs=True)
    landlord.go_on.clear()
    async with rented(landlord) as painter:
        task = asyncio.create_task(painter.paint(recipe(), {}, ignore))
        await soon(landlord.asked.wait())

        await soon(painter.close(within_s=0.0))

        assert landlord.ended.is_set()
        with pytest.raises(PainterGone, match="landlord went away"):
            await soon(task)


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        (deployed(version="2.0"), r"is Easel 2\.0, and this is 1\.0\. Deploy this one: modal dep"),
        (b"nonsense", "cannot be understood"),
        (Misconfigured("Nothing is deployed."), "Nothing is deployed."),
        (without(BadModel("I have no model “a”.")), "I have no model “a”"),
    ],
)
async def test_what_is_not_this_easel_is_no_painter(offer: bytes | Exception, words: str) -> None:
    landlord = Scripted()
    landlord.offers = [offer]

    with pytest.raises(Misconfigured, match=words):
        async with rented(landlord):
            pytest.fail("it cannot start")


async def test_what_a_machine_has_loaded_is_known() -> None:
    changed = Changes()
    landlord = Scripted(*DONE[:1], *letters(Loaded(models=("book", "other"))), *DONE[1:])
    async with rented(landlord, changed=changed) as painter:
        await soon(painter.paint(recipe(), {}, ignore))

        assert list(painter.warm) == ["book", "other"]


async def test_what_a_machine_made_ready_is_known() -> None:
    grown = Grown(made={"book": (MADE,)}, curves={})
    landlord = Scripted(*DONE[:1], *letters(grown), *DONE[1:])
    async with rented(landlord) as painter:
        before = made_of(painter)
        await soon(painter.paint(recipe(), {}, ignore))

        assert (before, made_of(painter)) == ({}, {"book": (MADE,)})


async def test_nobody_says_how_devices_over_there_are() -> None:
    async with rented(Scripted()) as painter:
        with pytest.raises(PainterGone):
            await painter.vitals()


def _refusing(error: Exception) -> Callable[[], Any]:
    async def refuse() -> None:
        raise error

    return refuse


def _asked() -> Paint:
    return Paint(number=0, recipe=recipe(), sources={}, facts={})
