"""A1111's own client paints here, unchanged."""

import asyncio
import json
from base64 import b64decode

import pytest
from sd_parsers import ParserManager
from webuiapi import HiResUpscaler

from engine.choices import Kind, Whose
from engine.infotext import read_infotext
from engine.request import ImageRequest
from tests.bot.web.a1111.conftest import Open, Theirs, a_picture
from tests.bot.web.conftest import Client, House
from tests.engine.house import until

TXT2IMG, IMG2IMG = "/sdapi/v1/txt2img", "/sdapi/v1/img2img"
KEPT = {"steps": 4, "width": 64, "height": 64}


async def test_pictures_come_with_their_seeds_and_recipes(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "txt2img", prompt="a fox", negative_prompt="people", seed=7, batch_size=2, n_iter=2, **KEPT
    )

    assert [picture.size for picture in result.images] == [(64, 64)] * 4
    assert result.info["all_seeds"] == [7, 8, 9, 10]
    assert (result.info["prompt"], result.info["negative_prompt"]) == ("a fox", "people")
    assert result.info["sd_model_name"] == "book"
    for picture, text, seed in zip(
        result.images, result.info["infotexts"], result.info["all_seeds"], strict=True
    ):
        assert picture.info["parameters"] == text
        assert read_infotext(text).seed == seed
    assert result.parameters["prompt"] == "a fox"


async def test_other_programs_read_the_recipe(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs("txt2img", prompt="a fox", negative_prompt="people", seed=7, **KEPT)

    told = ParserManager().parse(result.image)
    assert told is not None
    [sampler] = told.samplers
    assert ([prompt.value for prompt in told.prompts], sampler.name) == (["a fox"], "Euler a")
    assert sampler.parameters["seed"] == "7"


async def test_their_sampler_and_schedule_are_one_sampler_here(
    theirs: Theirs, house: House
) -> None:
    house.painter.gate.set()

    for name, schedule in (
        ("Euler a", "automatic"),
        ("DPM++ 2M", "karras"),
        ("DPM++ 2M", "Karras"),
        ("DPM++ 2M Karras", "Karras"),
    ):
        await theirs("txt2img", prompt="a fox", sampler_name=name, scheduler=schedule, **KEPT)

    assert [recipe.sampler for recipe in house.painter.painted] == [
        "Euler a",
        *["DPM++ 2M Karras"] * 3,
    ]


async def test_what_is_not_said_is_as_the_model_has_it(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post(TXT2IMG, json={"prompt": "a fox"})

    [recipe] = house.painter.painted
    assert answer.status == 200
    assert (recipe.width, recipe.height, recipe.steps, recipe.sampler) == (128, 128, 4, "Euler")


async def test_sizes_are_rounded_down(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post(TXT2IMG, json={"prompt": "a fox", "width": 135, "height": 71})

    told = await answer.json()
    assert (house.painter.painted[0].width, house.painter.painted[0].height) == (128, 64)
    assert (told["parameters"]["width"], told["parameters"]["height"]) == (128, 64)
    assert json.loads(told["info"])["notes"] == [
        "135x71 was rounded down to 128x64: sides are multiples of 8."
    ]


async def test_a_size_beyond_all_enlarging_keeps_its_shape_and_is_told(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    asked = {"prompt": "a fox", "width": 4096, "height": 2304}

    told = await (await caller.post(TXT2IMG, json=asked)).json()

    info = json.loads(told["info"])
    assert (info["width"], info["height"]) == (2048, 1152)
    assert (told["parameters"]["width"], told["parameters"]["height"]) == (2048, 1152)
    assert "4096x2304" in info["notes"][0]


async def test_words_are_only_words(caller: Client, house: House) -> None:
    house.painter.gate.set()
    prompts = [
        *("a {red|blue} fox", "a fox --seed 3", "a __colour__ fox"),
        *("a fox -- as it were", "a fox | b", r"a \(red\) fox"),
    ]

    answers = [await caller.post(TXT2IMG, json={"prompt": prompt}) for prompt in prompts]

    told = [json.loads((await answer.json())["info"])["prompt"] for answer in answers]
    assert told == prompts
    assert [recipe.prompt for recipe in house.painter.painted] == prompts


async def test_emphasis_and_loras_are_read_as_theirs(caller: Client, house: House) -> None:
    house.painter.gate.set()

    await caller.post(TXT2IMG, json={"prompt": "a (red:1.2) fox <lora:ink:0.8>"})

    [lora] = house.painter.painted[0].loras
    assert (lora.name, lora.weight) == ("ink", 0.8)


async def test_a_variation_leans_towards_their_subseed(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "txt2img",
        prompt="a fox",
        seed=7,
        subseed=100,
        subseed_strength=0.2,
        batch_size=2,
        **KEPT,
    )

    assert result.info["all_seeds"] == [7, 7]
    assert result.info["all_subseeds"] == [100, 101]
    assert house.painter.painted[0].variation == 0.2


async def test_styles_are_put_on_in_their_order(caller: Client, house: House) -> None:
    house.painter.gate.set()

    await caller.post(TXT2IMG, json={"prompt": "a fox", "styles": ["Night", "snow", "None"]})

    assert house.painter.painted[0].prompt == "a fox at night in the snow"


async def test_a_second_pass_enlarges_and_paints_over(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "txt2img",
        prompt="a fox",
        enable_hr=True,
        hr_scale=2,
        hr_upscaler=HiResUpscaler.LatentAntialiased,
        hr_second_pass_steps=10,
        denoising_strength=0.4,
        **KEPT,
    )

    [recipe] = house.painter.painted
    assert (recipe.upscale, recipe.upscaler, recipe.redraw) == (2, "Latent", 0.4)
    assert (result.info["width"], result.info["height"]) == (128, 128)
    assert "hr_second_pass_steps" in result.info["notes"][0]


async def test_a_second_pass_may_be_asked_for_by_its_size(caller: Client, house: House) -> None:
    house.painter.gate.set()

    await caller.post(
        TXT2IMG,
        json={
            "prompt": "a fox",
            "enable_hr": True,
            "hr_resize_x": 192,
            "hr_upscaler": "4x_SHARP",
            "denoising_strength": 0.4,
        },
    )

    [recipe] = house.painter.painted
    assert (recipe.upscale, recipe.upscaler) == (1.5, "4x_sharp")


async def test_a_model_is_meant_by_its_name_its_title_or_its_hash(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    names = ["sketch", "SKETCH", "sketch [cafecafeca]", "sketch.safetensors", "cafecafeca"]

    for name in names:
        settings = {"sd_model_checkpoint": name, "CLIP_stop_at_last_layers": 2, "eta": None}
        answer = await caller.post(TXT2IMG, json={"prompt": "a fox", "override_settings": settings})
        assert answer.status == 200, await answer.text()

    painted = [(recipe.model, recipe.clip_skip) for recipe in house.painter.painted]
    assert painted == [("sketch", 2)] * len(names)


async def test_a_picture_is_painted_over(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs(
        "img2img", images=[a_picture()], prompt="a fox", denoising_strength=0.5, **KEPT
    )

    [recipe] = house.painter.painted
    assert (recipe.strength, recipe.mask) == (0.5, None)
    assert result.info["denoising_strength"] == 0.5
    assert result.parameters["init_images"] is None


async def test_painting_that_fails_says_why(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    with pytest.raises(RuntimeError, match="The paint ran out") as failed:
        await theirs("txt2img", prompt="fail", **KEPT)

    assert failed.value.args[0] == 500


async def test_pictures_can_be_left_out(theirs: Theirs, house: House) -> None:
    house.painter.gate.set()

    result = await theirs("txt2img", prompt="a fox", send_images=False, **KEPT)

    assert result.images == []
    assert len(result.info["infotexts"]) == 1


async def test_it_is_in_history_as_any_other(caller: Client, house: House) -> None:
    house.painter.gate.set()

    answer = await caller.post(TXT2IMG, json={"prompt": "a fox", "seed": 7})

    job = await house.ledger.job(json.loads((await answer.json())["info"])["job"])
    [kept] = await house.ledger.pictures(job.id)
    assert await house.ledger.file(kept.file) == b64decode((await answer.json())["images"][0])
    assert isinstance(job.request, ImageRequest)


async def test_what_somebody_chose_is_taken_where_they_say_nothing(
    opened: Open, house: House
) -> None:
    house.painter.gate.set()
    hers, his = await opened("hers"), await opened("his")

    await hers("util_set_model", "sketch")
    for api in (hers, his):
        await api("txt2img", prompt="a fox", seed=1, **KEPT)

    assert [recipe.model for recipe in house.painter.painted] == ["sketch", "book"]
    chosen = await house.app.chooser.chosen(Whose(kind=Kind.PERSON, id="key:hers"))
    assert chosen.person.model == "sketch"


async def test_whoever_hangs_up_is_not_painted_for(caller: Client, house: House) -> None:
    asking = asyncio.create_task(caller.post(TXT2IMG, json={"prompt": "a fox"}))
    await until(lambda: bool(house.painter.painting))

    asking.cancel()
    await until(lambda: bool(house.painter.withdrawn))

    assert not house.line.jobs


async def test_a_key_for_another_prompt_is_refused(caller: Client, house: House) -> None:
    house.painter.gate.set()
    once = {"Idempotency-Key": "once"}
    await caller.post(TXT2IMG, json={"prompt": "a fox"}, headers=once)

    same = await caller.post(TXT2IMG, json={"prompt": "a fox"}, headers=once)
    other = await caller.post(TXT2IMG, json={"prompt": "an owl"}, headers=once)

    assert (same.status, other.status) == (200, 422)
    assert len(house.painter.painted) == 1
