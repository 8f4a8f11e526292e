"""What the wiring keeps from one start to the next."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import open_app, painting, tidying
from bot.owner import LOCAL
from bot.painters import Painters
from bot.settings import read_settings
from bot.worker import this_worker
from engine.caretaker import TERMINAL
from engine.clock import utc_now
from engine.job import Status
from engine.request import ImageRequest

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
