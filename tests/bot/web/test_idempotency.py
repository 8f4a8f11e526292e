"""An honest retry is the job of the first time, whichever way programs ask."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.bot.web.conftest import Client, House
from tests.engine.house import until

ONCE = {"Idempotency-Key": "once"}
WAYS: list[tuple[str, dict[str, Any]]] = [
    ("/v1/jobs", {"prompt": "a fox"}),
    ("/generate", {"prompt": "a fox"}),
    ("/generate", {"prompt": "a fox", "width": 1024, "height": 1024}),
    ("/v1/images/generations", {"prompt": "a fox", "size": "64x128"}),
    ("/sdapi/v1/txt2img", {"prompt": "a fox"}),
]


@pytest.mark.parametrize(("path", "asked"), WAYS)
async def test_what_was_chosen_in_between_makes_no_other_request_of_it(
    caller: Client, house: House, path: str, asked: dict[str, Any]
) -> None:
    house.painter.gate.set()
    await caller.put("/v1/preferences", json={"steps": 5})

    first = await caller.post(path, json=asked, headers=ONCE)
    await caller.put("/v1/preferences", json={"steps": 7, "negative": "dogs"})
    again = await caller.post(path, json=dict(reversed(asked.items())), headers=ONCE)
    await until(lambda: not house.line.jobs)

    assert first.status == again.status < 300, await again.text()
    assert [recipe.steps for recipe in house.painter.painted] == [5]


@pytest.mark.parametrize(("path", "asked"), WAYS)
async def test_what_one_says_oneself_does(
    caller: Client, house: House, path: str, asked: dict[str, Any]
) -> None:
    house.painter.gate.set()

    await caller.post(path, json=asked, headers=ONCE)
    other = await caller.post(path, json={**asked, "steps": 4}, headers=ONCE)
    await until(lambda: not house.line.jobs)

    # OpenAI's programs know 400 alone.
    assert other.status in {400, 422}
    assert "another request" in await other.text()
    assert len(house.painter.painted) == 1


@pytest.mark.parametrize(
    ("path", "beside"),
    [
        ("/v1/jobs", {"agreed": True}),
        ("/generate", {"wait": False}),
        ("/v1/images/generations", {"response_format": "url", "output_format": "webp"}),
        ("/sdapi/v1/txt2img", {"send_images": False}),
    ],
)
async def test_how_it_is_to_be_answered_does_not_count(
    caller: Client, house: House, path: str, beside: dict[str, Any]
) -> None:
    house.painter.gate.set()

    await caller.post(path, json={"prompt": "a fox"}, headers=ONCE)
    again = await caller.post(path, json={"prompt": "a fox", **beside}, headers=ONCE)
    await until(lambda: not house.line.jobs)

    assert again.status < 300, await again.text()
    assert len(house.painter.painted) == 1


async def test_another_address_is_another_request(caller: Client, house: House) -> None:
    house.painter.gate.set()
    await caller.post("/v1/jobs", json={"prompt": "a fox"}, headers=ONCE)

    other = await caller.post("/generate", json={"prompt": "a fox"}, headers=ONCE)

    assert other.status == 422


async def test_a_sent_picture_counts(caller: Client, house: House) -> None:
    one, other = noise(50), noise(100)
    asked = {"prompt": "a fox", "strength": 0.5}

    answers = [
        await caller.post("/v1/jobs", json={**asked, "image": image}, headers=ONCE)
        for image in (one, one, other)
    ]

    assert [answer.status for answer in answers] == [202, 202, 422]
    assert len(house.line.jobs) == 1


def noise(sigma: float) -> str:
    """A picture as base64."""
    buffer = BytesIO()
    Image.effect_noise((64, 64), sigma).save(buffer, "PNG")
    return b64encode(buffer.getvalue()).decode()
