"""What can be named in a prompt, as the page completes it."""

import pytest

from bot.web.native.flags import FLAGS
from bot.web.native.names import addons
from engine.addon import Addon, Kind, Shelf
from engine.key import Scope
from engine.prompt import FLAGS as KNOWN
from engine.prompt import read_prompt
from engine.sampler import SAMPLERS
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import told

LORA = Addon(kind=Kind.LORA, name="ink", digest="d", architecture="SD 1.x")
EMBEDDING = Addon(kind=Kind.EMBEDDING, name="bad-hands", digest="d")


async def test_every_flag_is_told_with_what_it_is_for(caller: Client) -> None:
    flags = (await told(caller, "/v1/names"))["flags"]

    assert [flag["name"] for flag in flags] == list(KNOWN)
    assert all(flag["about"] for flag in flags)


OF_PICTURES = {"strength", "outpaint"}
"""These need a picture to begin from, which is no text."""
BESIDE = {
    "width": "--height 64",
    "height": "--width 64",
    "redraw": "--upscale 2",
    "variation-seed": "--variation 0.1",
}


@pytest.mark.parametrize("name", sorted(FLAGS.keys() - OF_PICTURES - {"prompt"}))
def test_the_example_of_a_flag_can_be_typed(name: str) -> None:
    request = read_prompt(f"a fox --{name} {FLAGS[name].example} {BESIDE.get(name, '')}")

    assert request.prompt == "a fox"


def test_a_prompt_can_be_a_flag_itself() -> None:
    assert read_prompt(f"--prompt {FLAGS['prompt'].example}").prompt == " a fox"


async def test_upscalers_that_need_no_file_are_there(caller: Client) -> None:
    names = await told(caller, "/v1/names")

    assert [one["name"] for one in names["upscalers"]] == ["Lanczos", "Latent"]
    assert (names["loras"], names["wildcards"]) == ([], [])


def test_addons_are_told_by_kind() -> None:
    shelf = Shelf(addons=(LORA, EMBEDDING))

    assert [(one.name, one.about) for one in addons(shelf, Kind.LORA)] == [("ink", "LoRA SD 1.x")]
    assert [one.about for one in addons(shelf, Kind.EMBEDDING)] == ["embedding"]
    assert addons(shelf, Kind.CONTROLNET) == []


async def test_models_say_what_they_like_best(caller: Client) -> None:
    [model] = (await told(caller, "/v1/models"))["models"]

    assert (model["name"], model["default"], model["steps"]) == ("book", True, 4)
    assert (model["width"], model["height"], model["sampler"]) == (128, 128, "Euler")
    assert model["samplers"] == list(SAMPLERS)


async def test_samplers_say_which_models_they_fit(caller: Client) -> None:
    samplers = (await told(caller, "/v1/samplers"))["samplers"]

    assert [one["name"] for one in samplers] == list(SAMPLERS)
    assert samplers[0]["models"] == ["book"]


@pytest.mark.parametrize("path", ["/v1/names", "/v1/models", "/v1/samplers", "/v1/styles"])
async def test_names_need_a_key_that_may_look(visit: Visit, house: House, path: str) -> None:
    blind = await visit(await house.key("blind", Scope.PAINT))
    stranger = await visit()

    assert (await blind.get(path)).status == 403
    assert (await stranger.get(path)).status == 401
