"""The engine thread behind `await`: results, steps, cancelling, closing, breaking down."""

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import pytest
import torch
from PIL import Image

from engine.errors import BadModel, Cancelled, PainterLost, PaintingFailed
from engine.gpu.family import Family
from engine.gpu.kept import Kept
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.shape import WIDTHS
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import Compile, Tracks
from engine.gpu.thread import EngineThread, Load
from engine.gpu.warm import Warm
from engine.made import made_of
from engine.ports import Painter
from tests.engine.gpu import tiny
from tests.engine.gpu.switches.recording import FakeRecorder, Later
from tests.engine.gpu.together import CPU, family_of, recipe


def ignore(step: int, preview: bytes | None) -> None:
    """Tells nobody."""


def painter_with(load: Load) -> EngineThread:
    return EngineThread(load, device=CPU, seats=4, most_rows=8)


@asynccontextmanager
async def started(family: Family) -> AsyncIterator[EngineThread]:
    painter = painter_with(lambda: Warm.of({family.card.name: family}))
    try:
        await painter.start()
        yield painter
    finally:
        await painter.close()


def engine_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "engine"]


async def first_step(painter: Painter, **changes: Any) -> asyncio.Task[Any]:
    """A task that paints, after its first step."""
    stepped = asyncio.Event()
    asked = recipe(steps=150, **changes)
    task = asyncio.ensure_future(painter.paint(asked, {}, lambda *_: stepped.set()))
    await stepped.wait()
    return task


async def test_a_recipe_becomes_a_picture(family: Family) -> None:
    async with started(family) as painter:
        port: Painter = painter

        picture = await port.paint(recipe(), {}, ignore)

    assert Image.open(BytesIO(picture.png)).size == (64, 64)
    assert picture.recipe == recipe()
    assert picture.seconds > 0


async def test_models_are_made_ready_before_it_takes_tiles_and_compiled_after(
    pipe: Any,
) -> None:
    family = family_of(pipe)
    recorder, background = FakeRecorder(), Later()
    family.tracks = Tracks(
        family.network,
        family.ask_of,
        CPU,
        recorder=recorder,
        compile=Compile(compiled=lambda: family.network, background=background),
    )
    painter = EngineThread(
        lambda: Warm.of({family.card.name: family}),
        device=CPU,
        seats=4,
        most_rows=8,
        ready=Ready(Thrown(switches=frozenset()), Kept(None)),
    )
    try:
        await painter.start()
        recorded, asked = recorder.recorded, len(background.asked)
        made = made_of(painter)[family.card.name]
        await painter.paint(recipe(), {}, ignore)
    finally:
        await painter.close()

    assert recorded == len(WIDTHS) - 1, "one row is seldom asked for"
    assert asked == 1
    assert [(each.rows, each.recorded, each.compiling) for each in made] == [
        (rows, True, rows == 2) for rows in WIDTHS[1:]
    ]
    assert made_of(painter) == {}


async def test_its_cards_are_those_of_its_models(family: Family) -> None:
    async with started(family) as painter:
        assert painter.alive
        assert painter.cards == {"tiny": family.card}


async def test_steps_and_previews_are_told_in_the_event_loop(family: Family) -> None:
    told: list[tuple[int, bytes | None]] = []
    where: set[threading.Thread] = set()

    def tell(step: int, preview: bytes | None) -> None:
        told.append((step, preview))
        where.add(threading.current_thread())

    async with started(family) as painter:
        await painter.paint(recipe(steps=9), {}, tell)

    assert where == {threading.current_thread()}
    assert [step for step, preview in told if preview is None] == list(range(1, 10))
    previews = [preview for _, preview in told if preview is not None]
    assert [Image.open(BytesIO(preview)).size for preview in previews] == [(128, 128)] * 2
    assert [step for step, _ in told] == sorted(step for step, _ in told)


async def test_several_tiles_are_painted_at_once(family: Family) -> None:
    async with started(family) as painter:
        slow = await first_step(painter, seed=1)
        quick = await painter.paint(recipe(seed=2, steps=3), {}, ignore)

        assert not slow.done()
        assert quick.png
        slow.cancel()


async def test_cancelling_withdraws_a_tile_and_leaves_the_others(family: Family) -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, what: complaints.append(what))
    widths: list[int] = []
    handle = family.network.register_forward_pre_hook(
        lambda _, inputs: widths.append(len(inputs[0]))
    )
    try:
        async with started(family) as painter:
            leaving = await first_step(painter, seed=1)
            leaving.cancel()

            with pytest.raises(asyncio.CancelledError):
                await leaving
            assert (await painter.paint(recipe(seed=2), {}, ignore)).png
    finally:
        handle.remove()

    assert widths[-1] == 2
    assert complaints == []


async def test_a_tile_that_waits_at_the_door_while_it_closes_ends_too(family: Family) -> None:
    inside, gate = threading.Event(), threading.Event()

    def wait(*_: Any) -> None:
        inside.set()
        gate.wait()

    async with started(family) as painter:
        handle = family.network.register_forward_pre_hook(wait)
        early = asyncio.ensure_future(painter.paint(recipe(seed=1), {}, ignore))
        await asyncio.to_thread(inside.wait)
        late = asyncio.ensure_future(painter.paint(recipe(seed=2), {}, ignore))
        await asyncio.sleep(0)

        closing = asyncio.ensure_future(painter.close())
        await asyncio.sleep(0)
        gate.set()
        await closing
        handle.remove()

    outcomes = await asyncio.gather(early, late, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Cancelled, Cancelled]


async def test_closing_ends_what_is_being_painted_and_the_thread(family: Family) -> None:
    async with started(family) as painter:
        running = [await first_step(painter, seed=seed) for seed in (1, 2)]

    outcomes = await asyncio.gather(*running, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Cancelled, Cancelled]
    assert not engine_threads()
    assert not painter.alive
    with pytest.raises(Cancelled):
        await painter.paint(recipe(), {}, ignore)


async def test_closing_twice_is_closing_once(family: Family) -> None:
    async with started(family) as painter:
        await painter.close()
        closed_once = painter.alive, engine_threads()

    assert closed_once == (painter.alive, engine_threads()) == (False, [])


async def test_nothing_holds_the_weights_after_closing() -> None:
    family = family_of(tiny.pipeline())
    network = weakref.ref(family.network)
    families = {"tiny": family}
    del family
    painter = painter_with(lambda: Warm.of(families))
    await painter.start()
    await painter.paint(recipe(), {}, ignore)

    await painter.close()
    families.clear()
    gc.collect()

    assert network() is None


async def test_a_thread_that_breaks_down_ends_everything_and_says_so(
    family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    async with started(family) as painter:
        waiting = await first_step(painter)

        def fail(*_: Any) -> None:
            raise torch.AcceleratorError("CUDA error: device-side assert triggered")

        handle = family.network.register_forward_pre_hook(fail)
        try:
            with pytest.raises(PainterLost, match="broke down"):
                await waiting
        finally:
            handle.remove()
        assert not painter.alive
        with pytest.raises(PainterLost, match="broke down"):
            await painter.paint(recipe(), {}, ignore)

    assert "the engine thread failed" in caplog.text


async def test_a_card_that_breaks_while_a_tile_is_begun_leaves_nobody_waiting(
    family: Family,
) -> None:
    async with started(family) as painter:

        def fail(*_: Any) -> None:
            raise torch.AcceleratorError("CUDA error: device-side assert triggered")

        handle = family.pipe.text_encoder.register_forward_pre_hook(fail)
        try:
            with pytest.raises(PainterLost, match="broke down"):
                await painter.paint(recipe(prompt="words that nobody asked for yet"), {}, ignore)
        finally:
            handle.remove()


async def test_what_comes_in_the_way_of_loading_is_raised() -> None:
    def load() -> Warm:
        raise BadModel("Download it again.")

    painter = painter_with(load)

    with pytest.raises(BadModel, match="again"):
        await painter.start()
    await painter.close()

    assert not engine_threads()


async def test_a_model_that_cannot_paint_is_found_while_warming_up(family: Family) -> None:
    def fail(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    painter = painter_with(lambda: Warm.of({family.card.name: family}))
    handle = family.network.register_forward_pre_hook(fail)
    try:
        with pytest.raises(PaintingFailed, match="does not fit"):
            await painter.start()
        await painter.close()
    finally:
        handle.remove()


async def test_painting_before_the_start_is_refused(family: Family) -> None:
    painter = painter_with(lambda: Warm.of({family.card.name: family}))

    with pytest.raises(PaintingFailed, match="not started"):
        await painter.paint(recipe(), {}, ignore)


async def test_a_model_that_is_still_loading_is_not_waited_for(family: Family) -> None:
    loading, may = threading.Event(), threading.Event()

    def load() -> Warm:
        loading.set()
        may.wait()
        return Warm.of({family.card.name: family})

    painter = painter_with(load)
    starting = asyncio.create_task(painter.start())
    await asyncio.to_thread(loading.wait)
    starting.cancel()

    await painter.close(within_s=0.01)
    left = engine_threads()
    may.set()
    await painter.close()

    assert left
    assert not engine_threads()
