"""Pictures over HTTP: three kinds, of a workable size, and they are seen as they were meant."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from base64 import b64encode
from pathlib import Path

import pytest
from PIL import Image

from engine.gpu.images.source import open_picture
from tests.bot.web.conftest import Client, House
from tests.bot.web.hostile.pictures import LEFT, RIGHT, bombs, cut_short, odd, renamed, saved

ROOT = Path(__file__).parents[4]
EATER = "tests.bot.web.hostile.eater"
SOURCES = "/v1/sources"
AS_FILE = {"Content-Type": "application/octet-stream"}
MOST_GROWTH_MIB = 448
"""What one picture may need while it is unpacked, and as much again for all else: whoever sends
them is in the same process."""
NEARLY = 12
"""Levels that packing may change."""

ALL = [pytest.mark.slow, pytest.mark.timeout(600)]
pytestmark = [
    # Pillow says so of what it passes over.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]


@pytest.fixture(scope="module")
def too_large() -> list[tuple[str, bytes]]:
    """Made once: what is packed so well takes seconds to pack."""
    return [*bombs()]


async def test_only_three_kinds_are_pictures(caller: Client) -> None:
    tried = 0
    for kind, file in renamed():
        for told in ("application/octet-stream", "image/png"):
            answer = await caller.post(SOURCES, data=file, headers={"Content-Type": told})
            tried += 1

            assert answer.status == 422, kind
            assert answer.content_type == "application/problem+json", kind
    assert tried >= 40


async def test_bombs_are_refused_before_they_burst(
    caller: Client, too_large: list[tuple[str, bytes]]
) -> None:
    for kind, file in too_large:
        answer = await caller.post(SOURCES, data=file, headers=AS_FILE)

        assert answer.status == 422, kind


async def test_what_was_cut_short_is_refused_and_told_so(caller: Client) -> None:
    said = set()
    for kind, file in cut_short():
        answer = await caller.post(SOURCES, data=file, headers=AS_FILE)

        assert answer.status == 422, kind
        sentence = (await answer.json())["detail"]
        assert not [other for other in ("GIF", "BMP") if other in sentence], kind
        said.add(sentence.partition(" damaged")[0])
    assert {f"That {kind} is cut short or" for kind in ("PNG", "JPEG", "WEBP")} <= said


async def test_what_is_cut_short_and_painted_over_is_told_so(caller: Client) -> None:
    file = b64encode(saved(Image.effect_noise((64, 64), 50).convert("RGB"), "PNG")[:-500]).decode()

    for asked in (
        {"init_images": [file], "mask": file},
        {"init_images": [file], "width": 128, "height": 64},
    ):
        answer = await caller.post("/sdapi/v1/img2img", json={"prompt": "a fox", **asked})

        assert answer.status == 422
        assert "That PNG is cut short" in (await answer.json())["detail"]


async def test_a_jpeg_with_others_behind_it_is_the_first_of_them(caller: Client) -> None:
    first, second = Image.new("RGB", (40, 20), "red"), Image.new("RGB", (30, 30), "blue")
    file = saved(first, "MPO", save_all=True, append_images=[second])

    answer = await caller.post(SOURCES, data=file, headers=AS_FILE)

    told = await answer.json()
    assert answer.status == 201, told
    assert (told["width"], told["height"]) == (40, 20)


async def test_odd_pictures_are_painted_over_as_they_are_seen(caller: Client, house: House) -> None:
    house.painter.gate.set()
    for kind, file, lies in odd():
        told = await (await caller.post(SOURCES, data=file, headers=AS_FILE)).json()
        assert (told["width"], told["height"]) == ((20, 40) if lies else (40, 20)), kind

        body = {"prompt": "a fox", "size": "128x128", "image": told["digest"], "fresh": True}
        job = await caller.post("/v1/jobs", json=body)
        assert job.status == 202, await job.text()
        ends = (1, 1), (told["width"] - 2, told["height"] - 2)
        seen = open_picture(await house.ledger.file(told["digest"]), mode="RGB")
        for place, colour in zip(ends, (LEFT, RIGHT), strict=True):
            pixel = seen.getpixel(place)
            assert isinstance(pixel, tuple)
            assert all(
                abs(one - other) <= NEARLY for one, other in zip(pixel, colour, strict=True)
            ), (kind, place, pixel)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/v1/jobs", 29),
        pytest.param("/v1/jobs", 200, marks=ALL),
        pytest.param("/sdapi/v1/img2img", 200, marks=[*ALL, pytest.mark.promise(18, count=200)]),
    ],
)
async def test_hundreds_of_hostile_pictures_need_little_memory(
    tmp_path: Path, path: str, count: int, too_large: list[tuple[str, bytes]]
) -> None:
    files = [file for _, file in (*too_large, *cut_short())]
    # As large as it may be, of each kind; all of them together need far more than there may be.
    files += 3 * [
        saved(Image.new("RGB", (4_180, 3_000)), "WEBP", quality=1, method=0),
        saved(Image.new("RGB", (5_000, 4_900)), "JPEG", progressive=True),
        saved(Image.new("RGBA", (5_200, 5_200)), "PNG", compress_level=1),
    ]
    names = []
    for number, file in enumerate(files):
        names.append(tmp_path / str(number))
        names[-1].write_bytes(file)

    eater = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", EATER, path, str(count), *map(str, names)),
        cwd=ROOT,
        stdout=PIPE,
    )
    told, _ = await eater.communicate()

    kept, refused, grown = map(int, told.split())
    assert kept + refused == count
    assert kept >= 9
    assert grown <= MOST_GROWTH_MIB
