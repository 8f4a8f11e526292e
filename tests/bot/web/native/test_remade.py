"""More of a picture over HTTP: again, near to it, or larger; one's own only."""

from dataclasses import replace
from typing import Any

import pytest

from engine.job import Tile
from engine.key import Scope, own_person
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted
from tests.engine.house import until
from tests.storage.samples import A_FOX, a_job, painted_job


async def remade(client: Client, house: House, path: str, **asked: Any) -> dict[str, Any]:
    answer = await client.post(path, json=asked)
    assert answer.status == 202, await answer.text()
    await until(lambda: not house.line.jobs)
    told: dict[str, Any] = await (await client.get(answer.headers["Location"])).json()
    return told


async def test_a_job_is_painted_again_by_new_chance(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox --count 2 --seed 7")

    again = await remade(caller, house, f"/v1/jobs/{job['id']}/reroll")

    assert [tile["prompt"] for tile in again["tiles"]] == ["a fox", "a fox"]
    assert again["tiles"][0]["seed"] not in {7, 8}


async def test_one_of_its_pictures_is_painted_again(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a {red|grey} fox")

    again = await remade(caller, house, f"/v1/jobs/{job['id']}/reroll", tile=1)

    assert [tile["prompt"] for tile in again["tiles"]] == ["a grey fox"]


async def test_the_same_picture_once_more_costs_nothing(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox --seed 7")

    again = await remade(caller, house, f"/v1/jobs/{job['id']}/reroll", same=True)

    assert again["tiles"][0]["seed"] == 7
    assert again["cost"] == 0


async def test_of_several_the_same_one_must_be_chosen(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox --count 2 --seed 7")
    path = f"/v1/jobs/{job['id']}/reroll"

    which = await caller.post(path, json={"same": True})
    chosen = await remade(caller, house, path, same=True, tile=1)

    assert which.status == 422
    assert "which tile" in (await which.json())["detail"]
    assert chosen["tiles"][0]["seed"] == job["tiles"][1]["seed"]


async def test_a_variation_stays_near_its_picture(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox --seed 7")

    near = await remade(caller, house, f"/v1/jobs/{job['id']}/tiles/0/vary", strength=0.3, count=2)

    assert [tile["seed"] for tile in near["tiles"]] == [7, 7]
    assert {recipe.variation for recipe in house.painter.painted[-2:]} == {0.3}


async def test_a_picture_is_made_larger(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")

    larger = await remade(caller, house, f"/v1/jobs/{job['id']}/tiles/0/upscale", factor=2)

    assert (larger["tiles"][0]["width"], larger["tiles"][0]["height"]) == (256, 256)
    assert larger["request"]["image"] == house.painter.painted[-1].image


async def test_what_was_only_enlarged_has_no_chance_in_it(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    larger = await remade(caller, house, f"/v1/jobs/{job['id']}/tiles/0/upscale")

    again = await caller.post(f"/v1/jobs/{larger['id']}/reroll", json={})

    assert again.status == 422
    assert "only enlarged" in (await again.json())["detail"]


async def test_a_key_that_was_used_before_makes_nothing_more(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    path, key = f"/v1/jobs/{job['id']}/reroll", {"Idempotency-Key": "again-1"}

    first = await caller.post(path, json={}, headers=key)
    second = await caller.post(path, json={}, headers=key)

    assert first.status == second.status == 202
    assert first.headers["Location"] == second.headers["Location"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("reroll", {"tile": 64}),
        ("reroll", {"tiles": 0}),
        ("tiles/0/vary", {"strength": 0}),
        ("tiles/0/vary", {"count": 17}),
        ("tiles/0/upscale", {"factor": 1}),
        ("tiles/0/upscale", {"factor": "large"}),
        ("tiles/0/upscale", {"redraw": 2}),
    ],
)
async def test_what_cannot_be_made_is_said(
    caller: Client, house: House, path: str, body: dict[str, Any]
) -> None:
    job = await painted(caller, house, "a fox")

    answer = await caller.post(f"/v1/jobs/{job['id']}/{path}", json=body)

    assert answer.status == 422
    assert next(iter(body)) in (await answer.json())["detail"]


@pytest.mark.parametrize("path", ["tiles/1/vary", "tiles/1/upscale"])
async def test_a_picture_that_is_not_there_cannot_be_made_more_of(
    caller: Client, house: House, path: str
) -> None:
    job = await painted(caller, house, "a fox")

    assert (await caller.post(f"/v1/jobs/{job['id']}/{path}", json={})).status == 404
    beyond = await caller.post(f"/v1/jobs/{job['id']}/reroll", json={"tile": 1})
    assert beyond.status == 404


async def test_what_was_deleted_is_not_made_larger(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    await caller.delete(f"/v1/history/{job['tiles'][0]['number']}")

    for path in ("tiles/0/vary", "tiles/0/upscale"):
        assert (await caller.post(f"/v1/jobs/{job['id']}/{path}", json={})).status == 404
    same = await caller.post(f"/v1/jobs/{job['id']}/reroll", json={"same": True})
    assert same.status == 404


async def earlier(house: House, model: str) -> str:
    """A job of before, by a model of that name and of other weights than today's."""
    tile = Tile(index=0, recipe=replace(A_FOX, model=model, digest="of before"))
    job = replace(a_job(id="f" * 32, owner=own_person("tests")), tiles=(tile,))
    await painted_job(house.ledger, job)
    return job.id


@pytest.mark.parametrize(
    ("path", "body"), [("reroll", {"tile": 0}), ("tiles/0/vary", {}), ("tiles/0/upscale", {})]
)
async def test_where_its_model_is_gone_the_others_are_told(
    caller: Client, house: House, path: str, body: dict[str, Any]
) -> None:
    job = await earlier(house, "giant")

    answer = await caller.post(f"/v1/jobs/{job}/{path}", json=body)

    assert answer.status == 422
    assert "giant" in (await answer.json())["detail"]
    assert "book" in (await answer.json())["detail"]


@pytest.mark.parametrize(("path", "body"), [("reroll", {"same": True}), ("tiles/0/vary", {})])
async def test_by_other_weights_nothing_near_to_it_is_painted(
    caller: Client, house: House, path: str, body: dict[str, Any]
) -> None:
    job = await earlier(house, "book")

    answer = await caller.post(f"/v1/jobs/{job}/{path}", json=body)

    assert answer.status == 422
    assert "changed since" in (await answer.json())["detail"]


async def test_others_make_nothing_of_it(caller: Client, visit: Visit, house: House) -> None:
    job = await painted(caller, house, "a secret fox")
    stranger = await visit(await house.key("stranger"))
    looker = await visit(await house.key("looker", Scope.READ))

    for path in ("reroll", "tiles/0/vary", "tiles/0/upscale"):
        theirs = await stranger.post(f"/v1/jobs/{job['id']}/{path}", json={})
        nobodys = await stranger.post(f"/v1/jobs/{'0' * 32}/{path}", json={})
        assert theirs.status == 404
        assert await theirs.text() == await nobodys.text()
        assert (await looker.post(f"/v1/jobs/{job['id']}/{path}", json={})).status == 403
