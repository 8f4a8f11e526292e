"""What A1111's clients cannot have is told in their shape, and nothing is painted."""

from base64 import b64encode
from typing import Any

from tests.bot.web.conftest import Client, House
from tests.fakes import a_png

TXT2IMG, IMG2IMG = "/sdapi/v1/txt2img", "/sdapi/v1/img2img"
NOT_PAINTED: list[tuple[Any, str]] = [
    ({}, "prompt is empty"),
    ({"prompt": "a fox", "batch_size": 4, "n_iter": 5}, "20, and 16"),
    ({"prompt": "a fox", "steps": 500}, "from 1 to 150"),
    ({"prompt": "a fox", "width": 0, "height": 64}, "paints no 0x64"),
    ({"prompt": "a fox", "width": 4096, "height": 64}, "paints no 4096x64"),
    ({"prompt": "a fox", "width": 4096, "height": 8}, "paints no 4096x8"),
    ({"prompt": "a fox", "sampler_name": "DPM++ 2S a"}, "no sampler"),
    ({"prompt": "a fox", "sampler_name": "Euler a", "scheduler": "Karras"}, "Automatic"),
    ({"prompt": "a fox", "restore_faces": True}, "restore_faces"),
    ({"prompt": "a fox", "tiling": True}, "tiling"),
    ({"prompt": "a fox", "script_name": "X/Y/Z plot"}, "script_name"),
    ({"prompt": "a fox", "styles": ["nihgt"]}, "night"),
    ({"prompt": "a fox <lora:broken:1>"}, "safetensors"),
    ({"prompt": "a fox", "alwayson_scripts": {"ADetailer": {"args": [True]}}}, "ADetailer"),
    ({"prompt": "a fox", "alwayson_scripts": {"Dynamic": {"args": ["on"]}}}, "Dynamic"),
    (
        {"prompt": "a fox", "alwayson_scripts": {"ControlNet": {"args": [{"model": "edges"}]}}},
        "no picture to follow",
    ),
    (
        {"prompt": "a fox", "alwayson_scripts": {"ControlNet": {"args": [{"image": "AAAA"}]}}},
        "names no model",
    ),
    ({"prompt": "a fox", "alwayson_scripts": {"ControlNet": {"args": [5]}}}, "object"),
    ({"prompt": "a fox", "override_settings": {"sd_model_checkpoint": "bok"}}, "book"),
    ({"prompt": "a fox", "enable_hr": True, "hr_prompt": "a wolf"}, "hr_prompt"),
    ({"prompt": "a fox", "enable_hr": True, "hr_resize_x": 10**400}, "hr_resize_x"),
    ({"prompt": "a fox", "enable_hr": True, "hr_sampler_name": "Heun"}, "hr_sampler_name"),
    (
        {"prompt": "a fox", "enable_hr": True, "hr_resize_x": 256, "hr_resize_y": 64},
        "another shape",
    ),
]


async def test_what_cannot_be_painted_is_refused_with_its_mend(
    caller: Client, house: House
) -> None:
    for asked, mend in NOT_PAINTED:
        answer = await caller.post(TXT2IMG, json=asked)

        told = await answer.json()
        assert (answer.status, mend in told["detail"]) == (422, True), f"{asked}: {told}"
        assert told.keys() == {"error", "detail", "body", "errors"}
    assert not house.line.jobs


PICTURES = {"PIC": a_png(), "BLACK": a_png(colour="black"), "WHITE": a_png(colour="white")}
NOT_PAINTED_OVER: list[tuple[Any, str]] = [
    ({}, "init_images"),
    ({"init_images": ["AAAA", "AAAA"]}, "one picture"),
    ({"init_images": ["not base64"]}, "base64"),
    ({"init_images": ["AAAA"]}, "PNG, JPEG or WebP"),
    ({"init_images": ["PIC"], "mask": "AAAA"}, "PNG, JPEG or WebP"),
    ({"init_images": ["PIC"], "mask": "BLACK"}, "black everywhere"),
    ({"init_images": ["PIC"], "mask": "WHITE", "inpainting_fill": 2}, "denoising_strength"),
    ({"init_images": ["PIC"], "denoising_strength": 3}, "strength"),
    ({"init_images": ["PIC"], "width": 8, "height": 8}, "paints no 8x8"),
]


async def test_what_cannot_be_painted_over_is_refused_with_its_mend(
    caller: Client, house: House
) -> None:
    for asked, mend in NOT_PAINTED_OVER:
        said = {name: with_files(value) for name, value in asked.items()}
        answer = await caller.post(IMG2IMG, json={"prompt": "a fox", **said})

        told = await answer.json()
        assert (answer.status, mend in told["detail"]) == (422, True), f"{asked}: {told}"
    assert not house.line.jobs


def with_files(said: Any) -> Any:
    """With the pictures that are meant."""
    if isinstance(said, list):
        return [with_files(each) for each in said]
    return b64encode(PICTURES[said]).decode() if said in PICTURES else said


async def test_without_a_key_nothing_is_painted(client: Client, house: House) -> None:
    answer = await client.post(TXT2IMG, json={"prompt": "a fox"})

    told = await answer.json()
    assert answer.status == 401
    assert "easel keys add" in told["detail"]
    assert told["error"] == "Unauthorized"
