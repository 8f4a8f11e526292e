"""Preferences over HTTP: what somebody gets where a request says nothing."""

from typing import Any

import pytest

from engine.key import Scope
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted, told

PATH = "/v1/preferences"


async def test_nothing_is_chosen_at_first(caller: Client) -> None:
    assert await told(caller, PATH) == {"preferences": {}, "notes": []}


async def test_what_is_chosen_is_taken_where_a_request_says_nothing(
    caller: Client, house: House
) -> None:
    chosen = {"size": "64x128", "steps": 3, "negative": "people"}

    answer = await caller.put(PATH, json=chosen)
    job = await painted(caller, house, "a fox")

    assert answer.status == 200
    told = (await answer.json())["preferences"]
    assert told == {"width": 64, "height": 128, "steps": 3, "negative": "people"}
    tile = job["tiles"][0]
    assert (tile["width"], tile["height"], tile["steps"]) == (64, 128, 3)
    assert tile["negative"] == "people"


async def test_what_is_not_said_again_is_forgotten(caller: Client) -> None:
    await caller.put(PATH, json={"size": "64x128", "steps": 3})

    await caller.put(PATH, json={"aspect": "16:9", "steps": None, "count": 2})

    assert (await told(caller, PATH))["preferences"] == {"aspect": [16, 9], "count": 2}


async def test_all_of_it_is_forgotten(caller: Client) -> None:
    await caller.put(PATH, json={"steps": 3})

    answer = await caller.delete(PATH)

    assert answer.status == 204
    assert (await told(caller, PATH))["preferences"] == {}


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"model": "nothing"}, "nothing"),
        ({"steps": 0}, "steps"),
        ({"steps": "many"}, "steps"),
        ({"size": "large"}, "size"),
        ({"size": "64x64", "aspect": "1:1"}, "aspect"),
        ({"width": 64}, "height"),
        ({"height": 64, "size": "64x64"}, "size"),
        ({"style": "cubism"}, "cubism"),
        ({"seed": 7}, "seed"),
        ({"sampler": "Eulr"}, "Euler"),
    ],
)
async def test_what_cannot_be_painted_cannot_be_chosen(
    caller: Client, body: dict[str, Any], word: str
) -> None:
    await caller.put(PATH, json={"count": 2})

    answer = await caller.put(PATH, json=body)

    assert answer.status == 422
    assert word in (await answer.json())["detail"]
    assert (await told(caller, PATH))["preferences"] == {"count": 2}


async def test_everybody_has_their_own(caller: Client, visit: Visit, house: House) -> None:
    stranger = await visit(await house.key("stranger"))

    await caller.put(PATH, json={"count": 2})

    assert (await told(stranger, PATH))["preferences"] == {}


async def test_who_may_only_look_chooses_nothing(visit: Visit, house: House) -> None:
    looker = await visit(await house.key("looker", Scope.READ))

    assert (await looker.put(PATH, json={"count": 2})).status == 403
    assert (await looker.delete(PATH)).status == 403
    assert (await told(looker, PATH))["preferences"] == {}
