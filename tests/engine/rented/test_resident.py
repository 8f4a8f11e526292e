"""An engine that stays on a machine paints for whoever asks, and says how it ended."""

import asyncio
from contextlib import aclosing
from pathlib import Path

import pytest

from engine.child.frames import Rubbish
from engine.child.messages import (
    Failed,
    FromChild,
    Grown,
    Loaded,
    Paint,
    Painted,
    Refused,
    Stepped,
    Told,
)
from engine.errors import PainterGone
from engine.rented.letter import Greeting, answer_in, asking
from engine.rented.resident import Resident
from tests.engine.child.nursery import hearing, orders, recipe, soon
from tests.engine.rented.homes import settled
from tests.fakes import BOOK


def asked(prompt: str = "a fox", number: int = 7) -> bytes:
    return asking(Paint(number=number, recipe=recipe(prompt), sources={}, facts={}))


async def heard_of(resident: Resident, letter: bytes) -> list[FromChild]:
    """All but the greeting."""
    async with aclosing(resident.paint(letter, "fc-1")) as answers:
        greeted = answer_in(await anext(answers))
        assert isinstance(greeted, Greeting)
        assert greeted.call == "fc-1"
        heard = [answer_in(answer) async for answer in answers]
        return [each for each in heard if not isinstance(each, Greeting)]


async def test_a_picture_comes_with_its_steps_by_the_number_it_was_asked_by(
    tmp_path: Path,
) -> None:
    async with settled(tmp_path) as resident:
        heard = await soon(heard_of(resident, asked()))

    assert isinstance(heard[0], Loaded)
    assert [one.step for one in heard if isinstance(one, Stepped) and not one.preview] == [
        1,
        2,
        3,
        4,
    ]
    assert isinstance(heard[-1], Painted)
    assert {one.number for one in heard if isinstance(one, Stepped | Painted)} == {7}


async def test_what_was_made_ready_is_said_to_everybody_who_asks_from_then_on(
    tmp_path: Path,
) -> None:
    async with settled(tmp_path) as resident:
        heard = [await soon(heard_of(resident, asked(each))) for each in ("a fox", "grow", "a fox")]

    grown = [[each for each in one if isinstance(each, Grown)] for one in heard]
    assert [[[*each.made] for each in one] for one in grown] == [[], [[BOOK.name]], [[BOOK.name]]]


async def test_what_it_is_asked_for_at_a_time_is_kept_apart(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        asking_for = [heard_of(resident, asked(f"fox {number}")) for number in range(5)]
        heard = await soon(asyncio.gather(*asking_for))

    ends = [one[-1] for one in heard]
    assert [end.picture.recipe.prompt for end in ends if isinstance(end, Painted)] == [
        f"fox {number}" for number in range(5)
    ]
    assert [sum(isinstance(each, Painted) for each in one) for one in heard] == [1] * 5


async def test_what_is_measured_is_told_once(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        heard = await soon(asyncio.gather(*(heard_of(resident, asked()) for _ in range(3))))

    assert sum(isinstance(each, Told) for one in heard for each in one) == 3 * 4


async def test_what_is_measured_is_told_to_who_counts_it(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        waits = asyncio.Event()
        paint = Paint(number=0, recipe=recipe("wait"), sources={}, facts={})
        first = asyncio.create_task(_not_counting(resident, paint, waits))
        await soon(waits.wait())
        heard = await soon(heard_of(resident, asked()))
        first.cancel()
        await asyncio.wait({first})

    assert sum(isinstance(each, Told) for each in heard) == 4


async def _not_counting(resident: Resident, paint: Paint, begun: asyncio.Event) -> None:
    async with aclosing(resident.painting(paint, counts=False)) as said:
        async for message in said:
            assert not isinstance(message, Told)
            if isinstance(message, Stepped):
                begun.set()


async def test_what_cannot_be_painted_is_refused_in_its_own_words(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        heard = await soon(heard_of(resident, asked("too large")))

    assert isinstance(heard[-1], Refused)
    assert heard[-1].mishap.kind == "OutOfMemory"


async def test_who_leaves_has_withdrawn(tmp_path: Path) -> None:
    with hearing() as log:
        async with settled(tmp_path) as resident:
            async with aclosing(resident.paint(asked("wait"), "fc-1")) as answers:
                assert isinstance(answer_in(await soon(anext(answers))), Greeting)
                while not isinstance(answer_in(await soon(anext(answers))), Stepped):
                    pass
            # It is told of the one before the other.
            after = await soon(heard_of(resident, asked()))

            assert isinstance(after[-1], Painted)
            assert log.saying("withdrawn")


async def test_a_task_that_is_cancelled_has_withdrawn(tmp_path: Path) -> None:
    # As Modal does it.
    with hearing() as log:
        async with settled(tmp_path) as resident:
            task = asyncio.create_task(heard_of(resident, asked("wait")))
            await soon(heard_of(resident, asked()))
            assert not log.saying("withdrawn")

            task.cancel()
            await asyncio.wait({task})
            await soon(heard_of(resident, asked()))

            assert log.saying("withdrawn")


async def test_an_engine_that_breaks_down_tells_all_and_whoever_comes_later(
    tmp_path: Path,
) -> None:
    async with settled(tmp_path) as resident:
        waiting = asyncio.create_task(heard_of(resident, asked("wait")))
        await soon(heard_of(resident, asked()))

        lost = await soon(heard_of(resident, asked("lose")))
        others, later = await soon(waiting), await soon(heard_of(resident, asked()))

        assert resident.broken
        with pytest.raises(PainterGone, match="broke down"):
            _ = resident.ready
    for heard in (lost, others, later):
        assert isinstance(heard[-1], Failed)
        assert heard[-1].mishap.kind == "PainterLost"


async def test_an_engine_that_cannot_start_says_so_to_whoever_asks(tmp_path: Path) -> None:
    async with settled(tmp_path, "bad") as resident:
        heard = await soon(heard_of(resident, asked()))

        assert resident.broken
        with pytest.raises(PainterGone, match="did not start"):
            _ = resident.ready
    assert [type(one) for one in heard] == [Failed]
    assert isinstance(heard[0], Failed)
    assert heard[0].mishap.kind == "BadModel"


async def test_it_knows_what_it_paints_with(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        assert resident.ready.cards == {BOOK.name: BOOK}
        assert resident.ready.seats == 3


async def test_what_is_no_picture_is_not_done(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        with pytest.raises(Rubbish):
            await soon(heard_of(resident, b"nonsense"))
        with pytest.raises(Rubbish, match="something else"):
            await soon(heard_of(resident, asking(orders(tmp_path))))


async def test_one_that_was_closed_says_that_it_has_ended(tmp_path: Path) -> None:
    async with settled(tmp_path) as resident:
        waiting = asyncio.create_task(heard_of(resident, asked("wait")))
        await soon(heard_of(resident, asked()))
        await asyncio.to_thread(resident.close, 30)

        assert isinstance((await soon(waiting))[-1], Failed)
