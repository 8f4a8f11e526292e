"""What the wiring keeps from one start to the next."""

import asyncio
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_app, open_chooser, painting, tidying
from bot.owner import LOCAL
from bot.painters import Painters
from bot.settings import Settings, read_settings
from bot.worker import this_worker
from engine.card import ModelCard
from engine.caretaker import TERMINAL
from engine.clock import utc_now
from engine.job import Status
from engine.request import ImageRequest
from tests.engine.child.nursery import PATIENCE_S
from tests.fakes import BOOK

pytestmark = pytest.mark.usefixtures("folder")

A_FOX = ImageRequest(prompt="a fox")


async def test_the_next_start_knows_what_pictures_took(painters: Painters) -> None:
    settings = read_settings()
    async with open_app(settings, painters) as app:
        guess = (await app.studio.quote(A_FOX)).price
        async with painting(app, settings, painters):
            await (await app.studio.submit(A_FOX, LOCAL)).pictures()

    async with open_app(settings, painters) as app:
        price = (await app.studio.quote(A_FOX)).price

    assert price == 0.5
    assert price != guess


@pytest.mark.parametrize("opening", [open_app, open_chooser])
async def test_others_go_on_while_it_is_found_out_what_is_painted_with(
    painters: Painters, opening: Callable[..., AbstractAsyncContextManager[object]]
) -> None:
    asked, answers = asyncio.Event(), threading.Event()
    loop, went_on = asyncio.get_running_loop(), []

    def cards(_: Settings) -> Mapping[str, ModelCard]:
        loop.call_soon_threadsafe(asked.set)
        went_on.append(answers.wait(PATIENCE_S))
        return {BOOK.name: BOOK}

    async def answer() -> None:
        await asked.wait()
        answers.set()

    answering = asyncio.create_task(answer())
    async with opening(read_settings(), replace(painters, cards=cards)):
        await answering

    assert went_on == [True]


async def test_what_a_command_held_that_was_killed_ends_with_the_next_one(
    painters: Painters,
) -> None:
    settings = read_settings()
    here, _, _ = this_worker().rpartition(":")
    async with open_app(settings, painters) as app:
        killed = (await app.studio.submit(A_FOX, LOCAL, origin=TERMINAL)).job.id
        # No program has such a number.
        await app.ledger.begin(killed, f"{here}:{2**31 - 1}", utc_now() + timedelta(hours=1))

    async with open_app(settings, painters) as app, painting(app, settings, painters):
        assert (await app.ledger.job(killed)).status is Status.CANCELLED


@pytest.fixture
def broken_speeds(folder: Path) -> None:
    (folder / "data").mkdir()
    (folder / "data" / "speeds.json").write_text("[{]")


@pytest.mark.usefixtures("broken_speeds")
async def test_speeds_that_cannot_be_read_are_learned_anew(painters: Painters) -> None:
    async with open_app(read_settings(), painters) as app:
        assert (await app.studio.quote(A_FOX)).price > 0


@pytest.fixture
def animals(folder: Path) -> None:
    (folder / "data" / "wildcards").mkdir(parents=True)
    (folder / "data" / "wildcards" / "animal.txt").write_text("# what walks\nfox\n")


@pytest.mark.usefixtures("animals")
async def test_wildcards_come_from_their_folder(painters: Painters) -> None:
    async with open_app(read_settings(), painters) as app:
        (tile,) = (await app.studio.quote(ImageRequest(prompt="a red __animal__"))).tiles

    assert tile.recipe.prompt == "a red fox"


async def test_at_its_start_it_lets_go_what_need_not_be_kept(
    painters: Painters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EASEL_KEEP_PICTURES", "2")
    settings = read_settings()
    async with open_app(settings, painters) as app:
        async with painting(app, settings, painters):
            request = ImageRequest(prompt="a fox", seed=7, count=5)
            await (await app.studio.submit(request, LOCAL)).pictures()

        async with tidying(app, settings):
            while len(kept := await app.gallery.page(LOCAL)) > 2:
                pass

    assert [picture.recipe.seed for picture in kept] == [11, 10]
