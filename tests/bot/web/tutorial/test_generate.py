"""The small API: one request paints, or starts a job to ask after."""

from base64 import b64decode
from typing import Any

import pytest

from tests.bot.web.conftest import Client, House, Visit
from tests.engine.house import until


async def test_a_picture_comes_as_png(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post("/generate", json={"prompt": "a fox", "seed": 7})

    assert answer.content_type == "image/png"
    assert answer.headers["X-Seed"] == "7"
    assert (await answer.read()).startswith(b"\x89PNG")


async def test_or_as_json_with_its_seed_and_time(caller: Client, house: House) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "num_inference_steps": 3, "guidance_scale": 2.5, "width": 64}
    asked |= {"height": 128, "guidance_end": 0.5}

    answer = await caller.post("/generate", json=asked, headers={"Accept": "application/json"})

    told = await answer.json()
    [recipe] = house.painter.painted
    assert b64decode(told["image"]).startswith(b"\x89PNG")
    assert told["generation_time"] == 0.5
    assert (told["width"], told["height"], told["seed"]) == (64, 128, recipe.seed)
    assert (recipe.steps, recipe.guidance, recipe.guidance_end) == (3, 2.5, 0.5)


async def test_a_size_that_the_model_does_not_paint_is_painted_smaller_and_enlarged(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()

    await caller.post("/generate", json={"prompt": "a fox", "width": 1024, "height": 1024})

    [recipe] = house.painter.painted
    assert (recipe.width, recipe.final_size) == (256, (1024, 1024))


@pytest.mark.parametrize("wait", [True, False])
async def test_another_size_than_was_asked_for_is_told(
    caller: Client, house: House, wait: bool
) -> None:
    house.painter.gate.set()
    # Too near to a square for what is enlarged to end there.
    asked = {"prompt": "a fox", "width": 2048, "height": 2040, "wait": wait}

    answer = await caller.post("/generate", json=asked)

    [width, height] = house.painter.painted[0].final_size if wait else (2048, 2048)
    assert (
        f"Instead of 2048x2040 the picture is {width}x{height}." in answer.headers["X-Easel-Note"]
    )


@pytest.mark.parametrize(
    ("words", "size"), [("--size 64x192", (64, 192)), ("--aspect 1:1", (128, 128))]
)
async def test_a_size_in_the_prompt_goes_before_the_fields(
    caller: Client, house: House, words: str, size: tuple[int, int]
) -> None:
    house.painter.gate.set()

    await caller.post("/generate", json={"prompt": f"a fox {words}", "width": 96, "height": 64})

    [recipe] = house.painter.painted
    assert recipe.final_size == size


async def test_a_job_can_be_asked_after(caller: Client, house: House) -> None:
    asked = await caller.post("/generate", json={"prompt": "a fox", "steps": 4, "wait": False})
    job = (await asked.json())["job_id"]
    await until(lambda: bool(house.painter.painting))
    painting = await (await caller.get(f"/status/{job}")).json()
    house.painter.gate.set()
    await until(lambda: not house.line.jobs)
    done = await (await caller.get(f"/status/{job}")).json()

    assert asked.status == 202
    assert (painting["status"], painting["progress"]) == ("processing", 0.25)
    assert (done["status"], done["progress"]) == ("completed", 1.0)
    assert (await caller.get(done["image"])).content_type == "image/png"


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a fox", "steps": 1000}, "150"),
        ({"prompt": "a fox", "width": 100, "height": 100}, "multiple"),
        ({"prompt": "a fox", "width": 1024, "height": 8}, "paints no 1024x8"),
        ({"prompt": "a fox", "width": 2048, "height": 64}, "paints no 2048x64"),
        ({"prompt": "a fox", "width": 64}, "width and height together"),
        ({"prompt": "a fox", "guidance": 5}, "guidance_scale"),
    ],
)
async def test_what_cannot_be_painted_is_a_sentence(
    caller: Client, house: House, asked: Any, mend: str
) -> None:
    answer = await caller.post("/generate", json=asked)

    assert answer.status == 422
    assert mend in (await answer.json())["detail"]
    assert not house.line.jobs


async def test_jobs_of_others_are_not_there(caller: Client, visit: Visit, house: House) -> None:
    stranger = await visit(await house.key("stranger"))
    asked = await stranger.post("/generate", json={"prompt": "a fox", "wait": False})
    job = (await asked.json())["job_id"]

    assert (await stranger.get(f"/status/{job}")).status == 200
    assert (await caller.get(f"/status/{job}")).status == 404


async def test_a_picture_that_was_deleted_is_not_painted_again_for_its_key(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    once = {"Idempotency-Key": "once"}
    await caller.post("/generate", json={"prompt": "a fox"}, headers=once)
    [picture] = (await (await caller.get("/v1/history")).json())["pictures"]
    await caller.delete(f"/v1/history/{picture['number']}")

    again = await caller.post("/generate", json={"prompt": "a fox"}, headers=once)

    assert again.status == 404
    assert len(house.painter.painted) == 1


@pytest.mark.parametrize("prompt", ["a {red|blue|green} circle", "a __colour__ circle"])
async def test_it_paints_the_one_picture_that_it_answers(
    caller: Client, house: House, prompt: str
) -> None:
    house.painter.gate.set()

    answer = await caller.post("/generate", json={"prompt": prompt})

    [recipe] = house.painter.painted
    assert answer.status == 200
    assert recipe.prompt == prompt


async def test_more_than_one_picture_is_refused_and_not_left_out(
    caller: Client, house: House
) -> None:
    answers = [
        await caller.post("/generate", json={"prompt": "a fox --count 4"}),
        await caller.post("/generate", json={"prompt": "a fox --count 4", "wait": False}),
    ]

    assert [answer.status for answer in answers] == [422, 422]
    assert "says --count 4" in (await answers[0].json())["detail"]
    assert not house.line.jobs


async def test_a_count_that_was_chosen_beforehand_is_not_for_it(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    await caller.put("/v1/preferences", json={"count": 4})

    answers = [
        await caller.post("/generate", json={"prompt": "a fox"}),
        await caller.post("/generate", json={"prompt": "a hare --count 1"}),
    ]

    assert [answer.status for answer in answers] == [200, 200]
    assert len(house.painter.painted) == 2


async def test_a_key_for_another_prompt_is_refused(caller: Client, house: House) -> None:
    house.painter.gate.set()
    once = {"Idempotency-Key": "once"}
    await caller.post("/generate", json={"prompt": "a fox"}, headers=once)

    other = await caller.post("/generate", json={"prompt": "an owl"}, headers=once)

    assert other.status == 422
    assert "another request" in (await other.json())["detail"]
    assert len(house.painter.painted) == 1


async def test_both_names_of_the_steps_are_told_of_and_only_one_is_said(caller: Client) -> None:
    document = await (await caller.get("/openapi.json")).json()
    both = {"prompt": "a fox", "steps": 3, "num_inference_steps": 4}

    answer = await caller.post("/generate", json=both)

    told = document["components"]["schemas"]["Generate"]["properties"]
    assert {"steps", "num_inference_steps"} <= told.keys()
    assert answer.status == 422
    assert "not both" in (await answer.json())["detail"]
