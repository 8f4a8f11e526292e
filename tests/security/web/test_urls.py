"""Wherever a picture may be sent over HTTP, an address of one is refused and never asked."""

import json
from typing import Any

import pytest
from aiohttp import FormData

from tests.bot.web.conftest import Client, House
from tests.security.bypasses import BYPASSES
from tests.security.listener import listening

FOX = {"prompt": "a fox"}
WAYS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/jobs", {**FOX, "image": "ADDRESS"}),
    ("/v1/jobs", {**FOX, "image": "ADDRESS", "mask": "ADDRESS"}),
    ("/v1/jobs", {**FOX, "controls": [{"name": "edges", "image": "ADDRESS"}]}),
    ("/v1/jobs", {**FOX, "references": [{"image": "ADDRESS"}]}),
    ("/sdapi/v1/img2img", {**FOX, "init_images": ["ADDRESS"]}),
    ("/sdapi/v1/img2img", {**FOX, "init_images": ["ADDRESS"], "mask": "ADDRESS"}),
    ("/sdapi/v1/extra-single-image", {"image": "ADDRESS"}),
    ("/sdapi/v1/png-info", {"image": "ADDRESS"}),
    (
        "/sdapi/v1/txt2img",
        {**FOX, "alwayson_scripts": {"ControlNet": {"args": [{"image": "ADDRESS"}]}}},
    ),
)
FORMS = ("image", "image[]", "mask")
REFUSED = {400, 404, 422}


@pytest.mark.parametrize(("path", "body"), WAYS)
async def test_an_address_is_no_picture(
    caller: Client, house: House, path: str, body: dict[str, Any]
) -> None:
    house.painter.gate.set()
    async with listening() as listener:
        for form in BYPASSES[::3]:
            address = json.dumps(form.replace("{port}", str(listener.port)))[1:-1]
            told = json.dumps(body).replace("ADDRESS", address)
            answer = await caller.post(
                path, data=told, headers={"Content-Type": "application/json"}
            )

            assert answer.status in REFUSED, (told, await answer.text())

    assert listener.heard == []


@pytest.mark.parametrize("field", FORMS)
async def test_an_address_in_a_form_is_no_picture(caller: Client, field: str) -> None:
    async with listening() as listener:
        for form in BYPASSES[::5]:
            address = form.replace("{port}", str(listener.port))
            parts = FormData({"prompt": "a fox", field: address}, default_to_multipart=True)
            answer = await caller.post("/v1/images/edits", data=parts)

            assert answer.status in REFUSED, address

    assert listener.heard == []
