"""Styles over HTTP: the built-in ones, and those of one's own that go before them."""

from typing import Any

import pytest

from engine.key import Scope
from engine.style import STYLES
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted, told

STYLE = "/v1/styles"
INK = {"prompt": "ink drawing of {prompt}", "negative": "colour"}


async def test_the_built_in_styles_are_there(caller: Client) -> None:
    styles = (await told(caller, STYLE))["styles"]

    assert [style["name"] for style in styles] == list(STYLES)
    assert not any(style["own"] for style in styles)


async def test_a_style_of_ones_own_is_painted_with(caller: Client, house: House) -> None:
    answer = await caller.put(f"{STYLE}/misty ink", json=INK)
    job = await painted(caller, house, "a fox --style misty-ink")

    assert await answer.json() == {"name": "misty ink", "own": True, **INK}
    assert job["tiles"][0]["prompt"] == "ink drawing of a fox"
    assert (await told(caller, STYLE))["styles"][0]["name"] == "misty ink"


async def test_ones_own_goes_before_the_built_in_one(caller: Client) -> None:
    await caller.put(f"{STYLE}/Photo", json=INK)

    own = await told(caller, f"{STYLE}/photo")
    styles = (await told(caller, STYLE))["styles"]
    await caller.delete(f"{STYLE}/photo")

    assert (own["own"], own["prompt"]) == (True, INK["prompt"])
    assert [style["name"] for style in styles if style["name"].lower() == "photo"] == ["Photo"]
    assert (await told(caller, f"{STYLE}/photo"))["own"] is False


@pytest.mark.parametrize("name", ["photo", "nothing of the kind"])
async def test_only_ones_own_is_removed(caller: Client, name: str) -> None:
    answer = await caller.delete(f"{STYLE}/{name}")

    assert answer.status == 404
    assert name in (await answer.json())["detail"]


async def test_a_name_that_there_is_not_is_said(caller: Client) -> None:
    detail = (await told(caller, f"{STYLE}/watercolour", status=404))["detail"]

    assert "watercolor" in detail


@pytest.mark.parametrize(
    ("name", "body", "word"),
    [
        ("ink", {}, "prompt"),
        ("ink", {"prompt": "ink drawing"}, "{prompt}"),
        ("ink", {"prompt": "{prompt} in {prompt}"}, "{prompt}"),
        ("ink", {"prompt": "{prompt}\x00"}, "no text"),
        ("---", {"prompt": "{prompt}"}, "name"),
        ("i" * 61, {"prompt": "{prompt}"}, "name"),
        ("ink", {"prompt": "{prompt}", "negativ": "x"}, "negative"),
    ],
)
async def test_what_is_no_style_is_said(
    caller: Client, name: str, body: dict[str, Any], word: str
) -> None:
    answer = await caller.put(f"{STYLE}/{name}", json=body)

    assert answer.status == 422
    assert word in (await answer.json())["detail"]


async def test_others_neither_see_nor_remove_it(caller: Client, visit: Visit, house: House) -> None:
    await caller.put(f"{STYLE}/ink", json=INK)
    stranger = await visit(await house.key("stranger"))

    assert (await stranger.get(f"{STYLE}/ink")).status == 404
    assert (await stranger.delete(f"{STYLE}/ink")).status == 404
    assert (await told(caller, f"{STYLE}/ink"))["own"] is True


async def test_who_may_only_look_keeps_none(visit: Visit, house: House) -> None:
    looker = await visit(await house.key("looker", Scope.READ))

    assert (await looker.put(f"{STYLE}/ink", json=INK)).status == 403
    assert (await looker.delete(f"{STYLE}/ink")).status == 403
