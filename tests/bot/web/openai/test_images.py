"""OpenAI's own client paints here."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import openai
import pytest
from aiohttp import ClientSession
from openai import AsyncOpenAI
from PIL import Image

from bot.web.rate import OF_FOLLOWERS
from tests.bot.web.conftest import Client, House
from tests.engine.house import until
from tests.fakes import a_png

IMAGES = "/v1/images/generations"


@pytest.fixture
async def theirs(client: Client, house: House) -> AsyncIterator[AsyncOpenAI]:
    """As the README shows it, with nothing tried again behind a test's back."""
    base = str(client.make_url("/v1"))
    async with AsyncOpenAI(base_url=base, api_key=await house.key(), max_retries=0) as opened:
        yield opened


async def test_it_gets_several_pictures_with_their_recipes(
    theirs: AsyncOpenAI, house: House
) -> None:
    house.painter.gate.set()

    answer = await theirs.images.generate(
        model="gpt-image-1", prompt="a fox --seed 7", n=3, size="64x128", quality="high"
    )

    pictures = [opened(b64decode(one.b64_json or "")) for one in answer.data or []]
    assert [picture.size for picture in pictures] == [(64, 128)] * 3
    assert ["Seed: 7" in picture.info["parameters"] for picture in pictures] == [True, False, False]
    assert answer.size is None or answer.size == "64x128"


async def test_quicker_pictures_are_asked_for_by_flags_and_not_by_fields(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    flagged = {"prompt": "a fox --guidance-end 0.6 --cache 3"}
    passed_over = {"prompt": "a hen", "guidance_end": 0.6, "cache": 3}

    await caller.post(IMAGES, json=flagged)
    await caller.post(IMAGES, json=passed_over)

    told = [(recipe.guidance_end, recipe.cache) for recipe in house.painter.painted]
    assert told == [(0.6, 3), (1.0, 1)]


async def test_a_size_that_the_model_does_not_paint_is_painted_smaller_and_enlarged(
    theirs: AsyncOpenAI, house: House
) -> None:
    house.painter.gate.set()

    await theirs.images.generate(prompt="a fox", size="1536x1024")

    [recipe] = house.painter.painted
    assert (recipe.width, recipe.height) == (384, 256)
    assert recipe.final_size == (1536, 1024)


async def test_a_size_beyond_all_enlarging_keeps_its_shape_and_is_told(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "size": "4096x2304"}

    answer = await caller.post("/v1/images/generations", json=asked)

    assert (await answer.json())["size"] == "2048x1152"
    assert "Instead of 4096x2304 the picture is 2048x1152." in answer.headers["X-Easel-Note"]
    usual = await caller.post("/v1/images/generations", json={"prompt": "a fox"})
    assert "X-Easel-Note" not in usual.headers


async def test_addresses_open_without_a_key_and_only_as_they_are(
    theirs: AsyncOpenAI, house: House
) -> None:
    house.painter.gate.set()
    answer = await theirs.images.generate(prompt="a fox", response_format="url")
    [painted] = answer.data or []
    assert painted.url

    async with ClientSession() as anybody:
        async with anybody.get(painted.url) as found:
            picture = await found.read()
        async with anybody.get(painted.url.replace("/files/", "/files/9")) as forged:
            assert forged.status == 404
            told = await forged.json()

    assert opened(picture).format == "PNG"
    assert "message" in told["error"]


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
async def test_other_formats_keep_the_recipe(theirs: AsyncOpenAI, house: House, kind: Any) -> None:
    house.painter.gate.set()

    answer = await theirs.images.generate(
        model="gpt-image-1", prompt="a fox", output_format=kind, output_compression=80
    )

    [painted] = answer.data or []
    file = b64decode(painted.b64_json or "")
    assert opened(file).format == kind.upper()
    assert "a fox".encode("utf-16-be") in file


async def test_a_picture_is_edited_where_its_mask_is_transparent(
    theirs: AsyncOpenAI, house: House
) -> None:
    house.painter.gate.set()
    mask = with_a_hole()

    answer = await theirs.images.edit(
        model="gpt-image-1",
        image=("fox.png", a_png(64, 64)),
        mask=("mask.png", mask),
        prompt="a hat",
        size="auto",
    )

    [sources] = house.painter.sources[-1:]
    assert set(sources.values()) == {a_png(64, 64), mask}
    assert house.painter.painted[-1].mask is not None
    assert answer.data


async def test_a_mask_that_leaves_nothing_to_paint_is_refused(theirs: AsyncOpenAI) -> None:
    picture, black = ("fox.png", a_png(64, 64)), ("mask.png", a_png(64, 64, colour="black"))

    with pytest.raises(openai.BadRequestError, match="nothing of the image would change"):
        await theirs.images.edit(image=picture, mask=black, prompt="a hat")


async def test_without_a_mask_the_holes_of_the_picture_are_painted(
    theirs: AsyncOpenAI, house: House
) -> None:
    house.painter.gate.set()

    await theirs.images.edit(image=("fox.png", with_a_hole()), prompt="a hat")
    await theirs.images.edit(image=("fox.png", a_png(64, 64)), prompt="a hat")

    holed, whole = house.painter.painted
    assert holed.mask == holed.image
    assert whole.mask is None


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ({"prompt": "a fox --sead 7"}, "--seed"),
        ({"prompt": "a fox", "model": "bok"}, "book"),
        ({"prompt": "a fox", "size": "wide"}, "width x height"),
        ({"prompt": "a fox", "n": 11}, "n is 10 or less"),
        ({"prompt": "a fox", "background": "transparent"}, "background"),
    ],
)
async def test_what_cannot_be_painted_is_a_bad_request_to_them(
    theirs: AsyncOpenAI, house: House, asked: Any, mend: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=mend):
        await theirs.images.generate(**asked)

    assert not house.line.jobs


async def test_a_wrong_key_is_their_authentication_error(client: Client) -> None:
    base = str(client.make_url("/v1"))
    async with AsyncOpenAI(base_url=base, api_key="wrong", max_retries=0) as wrong:
        with pytest.raises(openai.AuthenticationError, match="easel keys add"):
            await wrong.images.generate(prompt="a fox")


async def test_painting_that_fails_is_their_server_error(theirs: AsyncOpenAI, house: House) -> None:
    house.painter.gate.set()

    with pytest.raises(openai.InternalServerError, match="The paint ran out"):
        await theirs.images.generate(prompt="fail")


async def test_whoever_hangs_up_is_not_painted_for(caller: Client, house: House) -> None:
    asking = asyncio.create_task(caller.post(IMAGES, json={"prompt": "a fox"}))
    await until(lambda: bool(house.painter.painting))

    asking.cancel()
    await until(lambda: bool(house.painter.withdrawn))

    assert not house.line.jobs


async def test_whoever_comes_back_with_the_same_key_gets_the_same_picture(
    caller: Client, house: House
) -> None:
    asked, key = {"prompt": "a fox"}, {"Idempotency-Key": "order-1"}
    asking = asyncio.create_task(caller.post(IMAGES, json=asked, headers=key))
    await until(lambda: bool(house.painter.painting))
    asking.cancel()
    await asyncio.wait([asking])

    house.painter.gate.set()
    again = await caller.post(IMAGES, json=asked, headers=key)

    assert again.status == 200
    assert len(house.painter.painted) == 1


def opened(file: bytes) -> Image.Image:
    image = Image.open(BytesIO(file))
    image.load()
    return image


def with_a_hole() -> bytes:
    image = Image.new("RGBA", (64, 64), "red")
    image.paste((0, 0, 0, 0), (16, 16, 48, 48))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


async def test_alternatives_are_words_and_not_more_pictures(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post(IMAGES, json={"prompt": "a {red|blue} fox", "n": 1})

    [recipe] = house.painter.painted
    assert len((await answer.json())["data"]) == 1
    assert recipe.prompt == "a {red|blue} fox"


async def test_a_key_for_another_prompt_is_refused(caller: Client, house: House) -> None:
    house.painter.gate.set()
    once = {"Idempotency-Key": "once"}
    await caller.post(IMAGES, json={"prompt": "a fox"}, headers=once)

    other = await caller.post(IMAGES, json={"prompt": "a fox", "n": 2}, headers=once)

    assert other.status in {400, 422}
    assert len(house.painter.painted) == 1


async def test_an_address_says_how_the_client_came_in(caller: Client, house: House) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "response_format": "url"}

    for said, scheme in (("https", "https"), ("gopher", "http"), (None, "http")):
        headers = {} if said is None else {"X-Forwarded-Proto": said}
        answer = await caller.post(IMAGES, json=asked, headers=headers)
        [painted] = (await answer.json())["data"]
        assert painted["url"].startswith(f"{scheme}://")


async def test_a_link_is_not_followed_without_end(caller: Client, house: House) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "response_format": "url"}
    [painted] = (await (await caller.post(IMAGES, json=asked)).json())["data"]

    async with ClientSession() as anybody:
        statuses = []
        for _ in range(OF_FOLLOWERS + 1):
            async with anybody.get(painted["url"]) as answer:
                statuses.append(answer.status)

    assert set(statuses[:-1]) == {200}
    assert statuses[-1] == 429
