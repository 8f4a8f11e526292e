"""The requests of AIYA, a Discord bot over A1111's API, one after the other as it sends them."""

from base64 import b64decode, b64encode
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from tests.bot.web.a1111.conftest import seen
from tests.bot.web.conftest import Client, House
from tests.fakes import a_png

DRAWING: dict[str, Any] = {
    "prompt": "a fox",
    "negative_prompt": "",
    "steps": 30,
    "width": 512,
    "height": 512,
    "cfg_scale": "7.0",
    "sampler_index": "Euler a",
    "seed": 1234,
    "seed_resize_from_h": 0,
    "seed_resize_from_w": 0,
    "denoising_strength": None,
    "n_iter": 1,
    "batch_size": 2,
    "styles": ["None"],
    "override_settings": {"CLIP_stop_at_last_layers": 1},
}
AT_START = (
    *("samplers", "prompt-styles", "face-restorers", "embeddings", "hypernetworks"),
    *("upscalers", "sd-models"),
)


@pytest.fixture
async def aiya(client: Client, house: House) -> Client:
    """It first asks without its password to see whether it needs one."""
    assert (await client.get("/sdapi/v1/cmd-flags")).status == 401
    signed = encode_basic_auth("aiya", await house.key())
    client.session.headers["Authorization"] = signed
    return client


async def test_it_starts(aiya: Client) -> None:
    assert (await aiya.get("/sdapi/v1/cmd-flags")).status == 200
    await aiya.post("/login")

    found = {name: await (await aiya.get(f"/sdapi/v1/{name}")).json() for name in AT_START}
    config = await (await aiya.get("/config")).json()

    assert found["sd-models"][0]["title"] == "book [d1]"
    assert found["embeddings"].keys() == {"loaded", "skipped"}
    lists = {each["props"]["elem_id"]: each["props"]["choices"] for each in config["components"]}
    assert lists["setting_sd_lora"] == ["", "ink"]
    assert "Latent" in lists["txt2img_hr_upscaler"]


async def test_it_draws_and_reads_the_recipe_back(aiya: Client, house: House) -> None:
    house.painter.gate.set()
    await aiya.post("/sdapi/v1/options", json={"sd_model_checkpoint": "sketch [cafecafeca]"})

    answer = await (await aiya.post("/sdapi/v1/txt2img", json=DRAWING)).json()
    [first, _] = answer["images"]
    info = await (
        await aiya.post("/sdapi/v1/png-info", json={"image": f"data:image/png;base64,{first}"})
    ).json()

    assert seen(b64decode(first.split(",", 1)[0])).size == (512, 512)
    assert "Seed: 1234" in info["info"]
    assert "Model: sketch" in info["info"]


async def test_it_draws_over_a_picture(aiya: Client, house: House) -> None:
    house.painter.gate.set()
    image = f"data:image/png;base64,{b64encode(a_png(64, 64)).decode()}"

    answer = await aiya.post(
        "/sdapi/v1/img2img",
        json={**DRAWING, "init_images": [image], "denoising_strength": "0.75"},
    )

    assert answer.status == 200
    assert house.painter.painted[0].strength == 0.75


async def test_its_high_resolution_of_the_same_size_is_one_pass(aiya: Client, house: House) -> None:
    house.painter.gate.set()
    high = {
        "enable_hr": True,
        "hr_upscaler": "Latent",
        "hr_scale": 1,
        "hr_second_pass_steps": 15.0,
        "denoising_strength": "0.75",
    }

    answer = await aiya.post("/sdapi/v1/txt2img", json={**DRAWING, **high})

    assert answer.status == 200
    assert house.painter.painted[0].redraw == 0


async def test_it_enlarges(aiya: Client, house: House) -> None:
    house.painter.gate.set()
    image = f"data:image/png;base64,{b64encode(a_png(64, 64)).decode()}"

    answer = await aiya.post(
        "/sdapi/v1/extra-single-image",
        json={
            "upscaling_resize": "2.0",
            "upscaler_1": "4x_sharp",
            "image": image,
            "gfpgan_visibility": "0.0",
            "codeformer_visibility": "0.0",
            "upscale_first": False,
            "upscaler_2": "None",
            "extras_upscaler_2_visibility": "0.5",
        },
    )

    assert answer.status == 200
    assert (await answer.json())["image"]
