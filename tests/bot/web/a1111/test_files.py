"""Files: recipes read from pictures, and pictures enlarged, by A1111's own client."""

from base64 import b64encode, encodebytes

import pytest

from engine.key import own_person
from tests.bot.web.a1111.conftest import Theirs, a_picture, seen
from tests.bot.web.conftest import Client, House
from tests.fakes import a_png

INFO, EXTRA = "/sdapi/v1/png-info", "/sdapi/v1/extra-single-image"


def base64(file: bytes) -> str:
    return b64encode(file).decode()


async def test_a_painted_picture_tells_its_recipe(caller: Client, house: House) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "negative_prompt": "people", "seed": 7}
    painted = await (await caller.post("/sdapi/v1/txt2img", json=asked)).json()

    told = await (await caller.post(INFO, json={"image": painted["images"][0]})).json()

    assert told["info"].startswith("a fox\nNegative prompt: people\nSteps: 4")
    assert told["items"] == {"parameters": told["info"]}
    assert told["parameters"]["Seed"] == "7"
    assert (told["parameters"]["Size-1"], told["parameters"]["Size-2"]) == ("128", "128")


async def test_base64_may_be_broken_into_lines(caller: Client) -> None:
    answer = await caller.post(INFO, json={"image": encodebytes(a_png(64, 64)).decode()})

    assert answer.status == 200


async def test_a_picture_without_a_recipe_tells_nothing(theirs: Theirs) -> None:
    result = await theirs("png_info", a_picture())

    assert (result.info, result.parameters) == ("", {})


async def test_what_is_no_picture_has_no_recipe(caller: Client) -> None:
    nothing = await caller.post(INFO, json={"image": base64(b"no picture")})
    rubbish = await caller.post(INFO, json={"image": "%%%"})

    assert (nothing.status, rubbish.status) == (422, 422)


async def test_a_picture_is_enlarged_and_paid_for(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "extra_single_image", a_picture(), upscaling_resize=2, upscaler_1="4x_sharp"
    )

    [recipe] = house.painter.painted
    assert (recipe.strength, recipe.upscale, recipe.upscaler) == (0, 2, "4x_sharp")
    assert (recipe.width, recipe.height) == (64, 64)
    assert "Postprocess upscaler: 4x_sharp" in result.info
    assert result.image.format == "PNG"
    [kept] = await house.app.gallery.page(own_person("tests"))
    assert kept.recipe == recipe


async def test_to_a_size_it_is_cut_to_that_shape_first(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post(
        EXTRA,
        json={
            "image": base64(a_png(64, 32)),
            "resize_mode": 1,
            "upscaling_resize_w": 128,
            "upscaling_resize_h": 128,
        },
    )

    [recipe] = house.painter.painted
    assert answer.status == 200
    assert recipe.upscale == 4
    assert seen(house.painter.sources[-1][recipe.image or ""]).size == (32, 32)


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ({"upscaling_resize": 1}, "up to 4"),
        ({"upscaling_resize": 8}, "from 1 to 4"),
        ({"upscaler_1": "SwinIR 4x"}, "no upscaler"),
        ({"gfpgan_visibility": 0.5}, "gfpgan_visibility"),
        ({"upscaler_2": "Lanczos", "extras_upscaler_2_visibility": 1}, "upscaler_2"),
        ({"image": "AAAA"}, "PNG, JPEG or WebP"),
        ({"image": None}, "image"),
    ],
)
async def test_what_cannot_be_enlarged_is_refused_with_its_mend(
    caller: Client, house: House, said: dict[str, object], mend: str
) -> None:
    answer = await caller.post(EXTRA, json={"image": base64(a_png(64, 64)), **said})

    assert answer.status == 422
    assert mend in (await answer.json())["detail"]
    assert not house.line.jobs
