"""What there is to choose from, read by A1111's own client."""

import json

import pytest

from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from engine.job import Owner
from engine.key import Scope
from engine.style import Style
from tests.bot.web.a1111.conftest import OTHER, Open, Theirs
from tests.bot.web.conftest import Client, House, Visit

LISTS = (
    *("sd-models", "sd-vae", "samplers", "schedulers", "upscalers", "latent-upscale-modes"),
    *("loras", "embeddings", "hypernetworks", "face-restorers", "prompt-styles", "scripts"),
    *("cmd-flags", "memory", "options", "progress"),
)


async def test_models_are_listed_by_titles_that_are_understood(theirs: Theirs) -> None:
    models = await theirs("get_sd_models")

    assert await theirs("util_get_model_names") == ["book [d1]", "sketch [cafecafeca]"]
    assert [model["filename"] for model in models] == ["book", "sketch"]
    assert models[0].keys() >= {"title", "model_name", "hash", "sha256", "filename", "config"}


async def test_the_model_is_chosen_for_oneself_alone(opened: Open) -> None:
    hers, his = await opened("hers"), await opened("his")

    answer = await hers("set_options", {"sd_model_checkpoint": "sketch", "no_such": 1})

    assert answer is None
    assert await hers("util_get_current_model") == "sketch [cafecafeca]"
    assert await his("util_get_current_model") == "book [d1]"


async def test_options_that_are_as_they_are_may_be_said_again(caller: Client) -> None:
    options = await (await caller.get("/sdapi/v1/options")).json()

    answers = [
        await caller.post("/sdapi/v1/options", json=said)
        for said in (
            {"sd_model_checkpoint": ""},
            {"sd_model_checkpoint": None},
            {"no_such": "x"},
            {"sd_vae": "None", "CLIP_stop_at_last_layers": None},
            options,
        )
    ]
    unknown = await caller.post("/sdapi/v1/options", json={"sd_model_checkpoint": "nowhere"})

    assert [answer.status for answer in answers] == [200] * 5
    assert unknown.status == 422
    assert await (await caller.get("/sdapi/v1/options")).json() == options


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"CLIP_stop_at_last_layers": 2},
            "CLIP_stop_at_last_layers is 1 here for everybody, and not 2. Send it with each "
            "request, in override_settings.",
        ),
        ({"samples_format": "jpg"}, "samples_format is “png” here for everybody, and not “jpg”."),
        ({"sd_vae": "x.safetensors"}, "A model is painted with its own."),
        ({"eta_noise_seed_delta": 31337}, "Leave it out."),
        ({"sd_vae": ["x"]}, "not a list"),
    ],
)
async def test_options_that_cannot_be_set_are_refused_and_nothing_is(
    caller: Client, said: dict[str, object], sentence: str
) -> None:
    before = await (await caller.get("/sdapi/v1/options")).json()

    answer = await caller.post("/sdapi/v1/options", json={"sd_model_checkpoint": "sketch", **said})

    assert answer.status == 422
    assert sentence in (await answer.json())["detail"]
    assert await (await caller.get("/sdapi/v1/options")).json() == before


async def test_settings_of_one_request_that_are_fixed_are_told_of(
    caller: Client, house: House
) -> None:
    house.painter.gate.set()
    settings = {"eta_noise_seed_delta": 31337, "CLIP_stop_at_last_layers": 2, "sd_vae": "Automatic"}
    asked = {"prompt": "a fox", "override_settings": settings}

    told = await (await caller.post("/sdapi/v1/txt2img", json=asked)).json()

    assert house.painter.painted[0].clip_skip == 2
    assert json.loads(told["info"])["notes"] == [
        "eta_noise_seed_delta in override_settings was passed over: it is fixed here."
    ]


async def test_samplers_and_schedules_are_those_that_can_be_painted_with(theirs: Theirs) -> None:
    samplers = await theirs("util_get_sampler_names")

    assert {"Euler a", "DPM++ 2M Karras"} <= set(samplers)
    assert await theirs("util_get_scheduler_names") == [
        "automatic",
        "beta",
        "exponential",
        "karras",
        "sgm_uniform",
    ]


async def test_add_ons_are_listed_by_name(theirs: Theirs) -> None:
    upscalers = [each["name"] for each in await theirs("get_upscalers")]
    embeddings = await theirs("get_embeddings")

    assert upscalers == ["None", "Lanczos", "4x_sharp"]
    assert await theirs("get_latent_upscale_modes") == [{"name": "Latent"}]
    assert [each["path"] for each in await theirs("get_loras")] == ["ink"]
    assert (list(embeddings["loaded"]), list(embeddings["skipped"])) == (["haze"], ["mist"])
    assert embeddings["skipped"]["mist"]["shape"] == 768
    assert await theirs("controlnet_model_list") == ["edges"]
    assert await theirs("controlnet_module_list") == ["none", "canny", "depth"]
    assert await theirs("controlnet_version") == 2
    assert (await theirs("get_scripts"))["txt2img"] == ["controlnet"]


async def test_styles_are_ones_own_and_the_built_in_ones(theirs: Theirs, house: House) -> None:
    own = Whose(kind=Kind.PERSON, id="key:tests")
    style = Style(name="misty", prompt="{prompt} in mist")
    await house.app.choices.add_style(own, style, Act(who=own.id, at=utc_now()))

    styles = {each["name"]: each for each in await theirs("get_prompt_styles")}

    assert styles["misty"]["prompt"] == "{prompt} in mist"
    assert "night" in styles


async def test_what_there_is_not_is_an_empty_list(theirs: Theirs) -> None:
    nothing = [
        await theirs(f"get_{name}")
        for name in ("sd_vae", "hypernetworks", "face_restorers", "realesrgan_models")
    ]

    assert nothing == [[]] * 4


async def test_the_rest_answers_what_programs_look_for(theirs: Theirs) -> None:
    memory = await theirs("get_memory")

    assert memory["ram"].keys() == {"free", "used", "total"}
    assert memory["cuda"] == {"error": "unavailable"}
    assert (await theirs("get_cmd_flags"))["api"] is True
    assert await theirs("refresh_checkpoints") is None


async def test_without_a_key_there_is_nothing_not_even_from_this_machine(client: Client) -> None:
    paths = [f"/sdapi/v1/{name}" for name in LISTS]
    for path in (*paths, "/controlnet/model_list", "/config"):
        answer = await client.get(path)
        assert answer.status == 401, path
        assert (await answer.json())["error"] == "Unauthorized"
        assert not answer.cookies


async def test_a_key_that_only_looks_changes_nothing(visit: Visit, house: House) -> None:
    looking = await visit(await house.key("looks", Scope.READ, owner=Owner(id="key:looks")))

    read = [(await looking.get(f"/sdapi/v1/{name}")).status for name in LISTS]
    asked = [
        (await looking.post(f"/sdapi/v1/{name}", json={"prompt": "a fox"})).status
        for name in ("txt2img", "img2img", "extra-single-image", "interrupt", "skip", "options")
    ]

    assert set(read) == {200}
    assert set(asked) == {403}


async def test_no_path_of_this_machine_is_told(caller: Client, house: House) -> None:
    told = [await (await caller.get(f"/sdapi/v1/{name}")).text() for name in LISTS]

    assert not any("/" in each for each in told if OTHER.name in each)


async def test_unknown_addresses_are_told_in_their_shape(caller: Client) -> None:
    answer = await caller.get("/sdapi/v1/nothing")

    assert answer.status == 404
    assert (await answer.json()).keys() == {"error", "detail", "body", "errors"}
