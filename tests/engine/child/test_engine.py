"""The real engine in a child paints what it paints in this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.child.orders import Orders
from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.errors import BadModel, PainterGone
from engine.gpu.models.catalog import BUILT_IN
from engine.gpu.painter import open_painter
from engine.job import Recipe
from tests.engine.child.nursery import PATIENCE_S, Changes, begun, ignore, kill, soon
from tests.engine.child.nursery import recipe as asked_of


def painter_for(folder: Path, model: str = BUILT_IN, **more: Any) -> ChildPainter:
    orders = Orders(
        models=(model,),
        models_dir=folder / "models",
        addons_dir=folder,
        previews="fast",
        preview_every=2,
        device="cpu",
        closes_within_s=0.5,
    )
    return ChildPainter("cpu", orders, by_command(), **more)


@asynccontextmanager
async def warm(painter: ChildPainter) -> AsyncIterator[None]:
    try:
        await asyncio.wait_for(painter.start(), 3 * PATIENCE_S)
        yield
    finally:
        await painter.close(within_s=PATIENCE_S)


def recipe(painter: ChildPainter, **changes: Any) -> Recipe:
    (card,) = painter.cards.values()
    return asked_of("a red circle", model=card.name, digest=card.digest, hand=card.hand, **changes)


async def test_it_paints_the_same_bits_as_this_process(tmp_path: Path) -> None:
    told: list[tuple[int, bytes | None]] = []
    far = painter_for(tmp_path)
    async with warm(far):
        asked = recipe(far)
        picture = await soon(far.paint(asked, {}, lambda *step: told.append(step)))
        models, vitals = far.warm, await soon(far.vitals())
    async with open_painter([BUILT_IN], models_dir=tmp_path, device="cpu") as near:
        expected = await near.paint(asked, {}, ignore)

        assert far.cards == near.cards
    assert picture.png == expected.png
    assert picture.recipe == asked
    assert [*models] == [*far.cards]
    assert vitals.total == psutil.virtual_memory().total
    assert [step for step, preview in told if not preview] == [1, 2, 3, 4]
    assert {preview[:4] for _, preview in told if preview} == {b"\x89PNG"}


@pytest.mark.slow
async def test_killed_while_it_paints_it_comes_back_and_paints_the_same(tmp_path: Path) -> None:
    changes = Changes()
    painter = painter_for(tmp_path, changed=changes)
    async with warm(painter):
        asked = recipe(painter)
        before = await soon(painter.paint(asked, {}, ignore))
        long = replace(asked, steps=150)
        painting = await begun(painter, asked=long)
        kill(painter)

        with pytest.raises(PainterGone):
            await soon(painting)
        await changes.until(lambda: painter.alive and bool(painter.warm))
        after = await soon(painter.paint(asked, {}, ignore))

    assert after.png == before.png


@pytest.mark.slow
async def test_a_model_that_is_not_there_is_told_of_at_its_start(tmp_path: Path) -> None:
    painter = painter_for(tmp_path, "none")

    with pytest.raises(BadModel, match="none"):
        await soon(painter.start())


@pytest.mark.slow
async def test_what_lies_in_the_folder_where_it_is_started_is_no_code_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "engine.py").write_text("raise SystemExit(9)")
    (tmp_path / "torch.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    painter = painter_for(tmp_path, "none")

    with pytest.raises(BadModel, match="none"):
        await soon(painter.start())
