"""ControlNets are followed as A1111's extension has them; what else is switched on is refused."""

from base64 import b64encode
from typing import Any

from webuiapi import ControlNetUnit

from tests.bot.web.a1111.conftest import Theirs, a_picture
from tests.bot.web.conftest import Client, House
from tests.fakes import a_png

TXT2IMG, IMG2IMG = "/sdapi/v1/txt2img", "/sdapi/v1/img2img"
KEPT = {"steps": 4, "width": 64, "height": 64}


async def test_controlnets_follow_their_picture(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()
    unit = ControlNetUnit(
        image=a_picture(colour="blue"),
        module="canny",
        model="edges [d14c016b]",
        weight=0.7,
        guidance_end=0.8,
    )

    await theirs("txt2img", prompt="a fox", controlnet_units=[unit], alwayson_scripts={}, **KEPT)

    [recipe] = house.painter.painted
    [control] = recipe.controls
    assert (control.name, control.preprocessor) == ("edges", "canny")
    assert (control.weight, control.end) == (0.7, 0.8)
    assert control.image in house.painter.sources[-1]


async def test_over_a_picture_they_follow_that_one(caller: Client, house: House) -> None:
    house.painter.gate.set()
    image = b64encode(a_png(64, 64)).decode()
    unit = {"model": "edges", "module": "depth_midas", "control_mode": "Balanced"}

    answer = await caller.post(
        IMG2IMG,
        json={
            "prompt": "a fox",
            "init_images": [image],
            "alwayson_scripts": {"ControlNet": {"args": [unit, {"enabled": False}]}},
        },
    )

    assert answer.status == 200, await answer.text()
    [recipe] = house.painter.painted
    assert [control.image for control in recipe.controls] == [recipe.image]
    assert recipe.controls[0].preprocessor == "depth"


SWITCHED_OFF: list[Any] = [
    {"ADetailer": {"args": [False]}},
    {"ADetailer": {"args": []}},
    {"ADetailer": None},
    {"ADetailer": {}},
    {"animatediff": {"args": [{"enable": False, "model": "mm"}]}},
    {"ControlNet": {"args": []}},
    {"controlnet": {"args": [{"enabled": True, "model": "None", "image": ""}]}},
]


async def test_scripts_that_are_off_are_passed_over(caller: Client, house: House) -> None:
    house.painter.gate.set()

    for scripts in SWITCHED_OFF:
        answer = await caller.post(TXT2IMG, json={"prompt": "a fox", "alwayson_scripts": scripts})
        assert answer.status == 200, f"{scripts}: {await answer.text()}"
