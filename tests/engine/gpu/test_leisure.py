"""What a painter does while nobody is painted for."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from engine.curve import Curve
from engine.gpu.curves import Curves
from engine.gpu.kept import Kept
from engine.gpu.leisure import Leisure
from engine.gpu.switches.background import Background
from engine.gpu.switches.popular import Popular
from engine.gpu.switches.tracks import Compile, Tracks
from engine.gpu.thread import EngineThread
from engine.gpu.warm import Warm
from tests.engine.gpu import tiny
from tests.engine.gpu.house import small
from tests.engine.gpu.renewing import Place
from tests.engine.gpu.together import CARD, CPU, before_forward, recipe


def test_what_is_tried_at_leisure_was_nobodys_wish() -> None:
    place, popular = Place(), Popular(Kept(None))
    leisure = Leisure(warm=place.house.warm, popular=popular, renewal=place.renewal)
    leisure.pass_over()
    with before_forward(place.family, place.house.note):
        while leisure.use() is not None:
            place.background.work()
    leisure.end()

    assert place.learned
    assert not popular.of(place.family.card, least=1)


class AtOnce(Background):
    """Needs no time."""

    def ask(self, work: Callable[[], None]) -> None:
        work()


class Learning(EngineThread):
    """Says when it has measured again."""

    loop: asyncio.AbstractEventLoop
    learned: asyncio.Event

    def _learn(self, curves: Mapping[str, tuple[Curve, ...]]) -> None:
        super()._learn(curves)
        self.loop.call_soon_threadsafe(self.learned.set)


async def test_a_painter_measures_again_between_pictures() -> None:
    family = small(tiny.pipeline())

    def program(*args: Any, **more: Any) -> Any:
        return family.network(*args, **more)

    family.tracks = Tracks(
        family.network,
        family.ask_of,
        CPU,
        compile=Compile(compiled=lambda: program, background=AtOnce()),
    )
    painter = Learning(
        lambda: Warm.of({CARD.name: family}),
        device=CPU,
        seats=4,
        most_rows=2,
        kept=Curves(Kept(None)),
    )
    painter.loop, painter.learned = asyncio.get_running_loop(), asyncio.Event()
    try:
        await painter.start()
        picture = await painter.paint(recipe(), {}, lambda *_: None)
        await painter.learned.wait()
        curve = painter.curves[CARD.name][0]
    finally:
        await painter.close()

    assert picture.png
    assert curve.compiled
