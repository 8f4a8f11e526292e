"""A gallery is sent small pictures, made once and only of what is large."""

from collections import Counter
from io import BytesIO
from typing import cast

import pytest
from PIL import Image

from bot.web.thumbnails import KEPT, Thumbnails
from engine.errors import NotFound
from engine.ports import Ledger
from tests.bot.web.conftest import Client, House
from tests.bot.web.native.painted import painted, told
from tests.fakes import a_png


class Files:
    """As many as somebody names."""

    def __init__(self) -> None:
        self.read = Counter[str]()

    async def file(self, digest: str) -> bytes:
        self.read[digest] += 1
        if digest == "gone":
            raise NotFound("That file is gone.")
        return a_png(1024, 600) if digest == "one" else a_png(16, 16)


@pytest.fixture
def files() -> Files:
    return Files()


@pytest.fixture
def thumbnails(files: Files) -> Thumbnails:
    return Thumbnails(cast("Ledger", files))


async def test_a_large_picture_is_made_small_in_its_shape(thumbnails: Thumbnails) -> None:
    with Image.open(BytesIO(await thumbnails.of("one"))) as small:
        assert (small.format, small.size) == ("WEBP", (512, 300))


async def test_it_is_made_once_while_it_is_remembered(files: Files, thumbnails: Thumbnails) -> None:
    for digest in ("one", "one", *map(str, range(KEPT)), "one"):
        await thumbnails.of(digest)

    assert files.read["one"] == 2
    assert files.read["7"] == 1


async def test_what_is_gone_has_none(thumbnails: Thumbnails) -> None:
    with pytest.raises(NotFound):
        await thumbnails.of("gone")


async def test_a_small_picture_is_its_own(caller: Client, house: House) -> None:
    await painted(caller, house, "a fox")

    [picture] = (await told(caller, "/v1/history"))["pictures"]

    assert picture["thumbnail"] == picture["picture"]


async def test_that_of_a_large_one_is_kept_by_whoever_has_it(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox", width=512, height=512, upscale=2)
    [picture] = (await told(caller, "/v1/history"))["pictures"]

    first = await caller.get(picture["thumbnail"])
    again = await caller.get(picture["thumbnail"], headers={"If-None-Match": first.headers["ETag"]})

    assert picture["thumbnail"] == f"/v1/jobs/{job['id']}/tiles/0/thumbnail.webp"
    assert (first.status, first.content_type) == (200, "image/webp")
    assert again.status == 304
    assert first.headers["ETag"] != (await caller.get(picture["picture"])).headers["ETag"]
