"""A painter closes while something is compiled for it, and waits for no compiler."""

import asyncio
import logging
import threading
from contextlib import closing
from typing import Any

import pytest

from engine.errors import Cancelled
from engine.gpu.kept import Kept
from engine.gpu.switches.background import Background
from engine.gpu.switches.ready import Ready
from engine.gpu.switches.thrown import Thrown
from engine.gpu.switches.tracks import Compile, Tracks
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Warm
from tests.engine.gpu.test_thread import engine_threads, first_step, ignore
from tests.engine.gpu.together import CPU, family_of, recipe

PATIENCE_S = 60.0


async def test_a_painter_closes_while_something_is_compiled_and_nothing_is_lost(
    pipe: Any, caplog: pytest.LogCaptureFixture
) -> None:
    family, background = family_of(pipe), Background()
    begun, may = threading.Event(), threading.Event()

    def program(*asked: Any, **told: Any) -> Any:
        begun.set()
        may.wait(PATIENCE_S)
        return family.network(*asked, **told)

    how = Compile(compiled=lambda: program, background=background)
    family.tracks = Tracks(family.network, family.ask_of, CPU, compile=how)
    painter = EngineThread(
        lambda: Warm.of({family.card.name: family}),
        device=CPU,
        seats=4,
        most_rows=8,
        ready=Ready(Thrown(switches=frozenset()), Kept(None)),
    )
    with caplog.at_level(logging.WARNING), closing(background):
        await painter.start()
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        picture = await painter.paint(recipe(), {}, ignore)
        painting = await first_step(painter)
        await painter.close()
    compiler = background._thread
    assert compiler is not None
    compiled_then = compiler.is_alive()
    may.set()
    await asyncio.to_thread(compiler.join, PATIENCE_S)

    assert begun.is_set()
    assert compiled_then
    assert picture.png
    with pytest.raises(Cancelled):
        await painting
    assert engine_threads() == []
    assert not compiler.is_alive()
    assert caplog.messages == []
