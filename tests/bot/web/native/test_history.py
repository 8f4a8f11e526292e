"""History over HTTP: one's own pictures, page by page, found, kept, deleted and taken home."""

import asyncio
import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast
from zipfile import ZipFile

import pytest
from aiohttp import ClientError
from aiohttp.test_utils import TestClient, TestServer

from bot.web.app import make_web
from engine.gallery import Gallery
from engine.job import Owner
from engine.key import Scope, own_person
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.bot.web.native.painted import painted, told

HISTORY = "/v1/history"


async def prompts_of(client: Client, **query: Any) -> list[str]:
    return [one["prompt"] for one in (await told(client, HISTORY, **query))["pictures"]]


async def test_pages_go_back_and_forth_without_a_gap(caller: Client, house: House) -> None:
    for animal in ("fox", "hare", "owl", "wolf", "bear"):
        await painted(caller, house, animal)

    newest = await told(caller, HISTORY, limit=2)
    last = newest["pictures"][-1]["number"]
    older = await told(caller, HISTORY, limit=2, before=last)
    oldest = await told(caller, HISTORY, limit=2, before=older["pictures"][-1]["number"])
    back = await told(caller, HISTORY, limit=2, after=oldest["pictures"][-1]["number"])

    assert [one["prompt"] for one in newest["pictures"]] == ["bear", "wolf"]
    assert [one["prompt"] for one in older["pictures"]] == ["owl", "hare"]
    assert [one["prompt"] for one in oldest["pictures"]] == ["fox"]
    assert [one["prompt"] for one in back["pictures"]] == ["owl", "hare"]
    assert [page["more"] for page in (newest, older, oldest, back)] == [True, True, False, True]


async def test_pictures_are_found_by_what_they_are(caller: Client, house: House) -> None:
    await painted(caller, house, "a red fox", seed=7)
    await painted(caller, house, "a grey hare", seed=8)
    [newest, _] = (await told(caller, HISTORY))["pictures"]
    await caller.patch(f"{HISTORY}/{newest['number']}", json={"favourite": True})

    assert await prompts_of(caller, search="fox red") == ["a red fox"]
    assert await prompts_of(caller, favourites="1") == ["a grey hare"]
    assert await prompts_of(caller, seed="7") == ["a red fox"]
    assert await prompts_of(caller, model="BOOK", since="today") == ["a grey hare", "a red fox"]
    assert await prompts_of(caller, model="another") == []
    assert await prompts_of(caller, until="2020-01-01") == []


async def test_several_are_deleted_at_once_and_what_is_anothers_stays(
    visit: Visit, house: House
) -> None:
    mine, other = await visit(await house.key("ada")), await visit(await house.key("bob"))
    for animal in ("fox", "hare", "owl"):
        await painted(mine, house, animal)
    await painted(other, house, "wolf")
    owl, hare, _ = [one["number"] for one in (await told(mine, HISTORY))["pictures"]]
    [wolf] = [one["number"] for one in (await told(other, HISTORY))["pictures"]]

    answer = await mine.delete(f"{HISTORY}?numbers={owl},{hare},{wolf},{10**17}")

    assert (answer.status, await answer.json()) == (200, {"deleted": 2})
    assert await prompts_of(mine) == ["fox"]
    assert await prompts_of(other) == ["wolf"]


@pytest.mark.parametrize("numbers", ["", "1,", "a", "1 2", ",".join(["1"] * 101), "1" * 19])
async def test_nothing_is_deleted_by_what_is_no_list(
    caller: Client, house: House, numbers: str
) -> None:
    await painted(caller, house, "fox")

    answer = await caller.delete(HISTORY, params={"numbers": numbers})

    assert answer.status == 422
    assert await prompts_of(caller) == ["fox"]


async def test_a_picture_shows_how_it_is_painted_again(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox --seed 7 --steps 3")
    number = job["tiles"][0]["number"]

    picture = await told(caller, f"{HISTORY}/{number}")
    again = await painted(caller, house, picture["command"])

    assert picture["infotext"].startswith("a fox\nSteps: 3")
    assert (picture["job"], picture["tile"], picture["seed"]) == (job["id"], 0, 7)
    assert picture["picture"] == job["tiles"][0]["picture"]
    assert again["cost"] == 0
    assert again["tiles"][0]["seed"] == 7


async def test_a_favourite_is_kept_as_one_until_it_is_none(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    address = f"{HISTORY}/{job['tiles'][0]['number']}"

    kept = await caller.patch(address, json={"favourite": True})
    seen = await told(caller, f"/v1/jobs/{job['id']}")
    await caller.patch(address, json={"favourite": False})

    assert (await kept.json())["favourite"] is True
    assert seen["tiles"][0]["favourite"] is True
    assert (await told(caller, address))["favourite"] is False


async def test_what_is_deleted_is_gone(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    tile = job["tiles"][0]

    gone = await caller.delete(f"{HISTORY}/{tile['number']}")
    again = await caller.delete(f"{HISTORY}/{tile['number']}")

    assert (gone.status, await gone.read()) == (204, b"")
    assert again.status == 404
    assert (await caller.get(tile["picture"])).status == 404
    assert await prompts_of(caller) == []


async def test_a_zip_has_every_picture_that_fits(caller: Client, house: House) -> None:
    for prompt in ("a red fox", "a grey hare", "a red owl"):
        await painted(caller, house, prompt)

    answer = await caller.get(f"{HISTORY}.zip", params={"search": "red"})
    parcel = ZipFile(BytesIO(await answer.read()))
    manifest = json.loads(parcel.read("manifest.json"))

    assert answer.headers["Content-Type"] == "application/zip"
    assert "easel.zip" in answer.headers["Content-Disposition"]
    assert parcel.testzip() is None
    assert [one["recipe"]["prompt"] for one in manifest] == ["a red owl", "a red fox"]
    assert parcel.read(manifest[0]["file"]).startswith(b"\x89PNG")


async def test_a_zip_of_nothing_is_a_zip(caller: Client) -> None:
    answer = await caller.get(f"{HISTORY}.zip")

    assert ZipFile(BytesIO(await answer.read())).namelist() == ["manifest.json"]


async def break_file_of(house: House, told: dict[str, Any]) -> None:
    """What lies where its file should be cannot be read."""
    [picture] = await house.ledger.pictures(told["job"])
    [file] = Path.cwd().glob(f"data/pictures/**/{picture.file}*")
    file.unlink()
    file.mkdir()


async def test_who_asks_only_about_a_zip_has_no_picture_looked_for(
    caller: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await painted(caller, house, "a fox")
    [only] = (await told(caller, HISTORY))["pictures"]
    await break_file_of(house, only)
    key = await house.key("another", owner=own_person("tests"))
    asking = f"Host: localhost\r\nAuthorization: Bearer {key}\r\n"

    # Both on one connection: the second is answered when all of the first is done.
    reader, writer = await asyncio.open_connection(caller.host, caller.port)
    writer.write(f"HEAD {HISTORY}.zip HTTP/1.1\r\n{asking}\r\n".encode())
    writer.write(f"GET {HISTORY} HTTP/1.1\r\n{asking}Connection: close\r\n\r\n".encode())
    answers = await reader.read()
    writer.close()

    assert answers.count(b"200 OK") == 2
    assert b"application/zip" in answers
    assert "broke off" not in caplog.text


class Buggy:
    """A gallery whose exports meet a bug once they have begun."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    async def export(self, _: Owner, file: IO[bytes], *more: object, **named: object) -> None:
        file.write(b"PK")
        raise RuntimeError("a bug")


async def test_a_zip_that_meets_a_bug_does_not_look_whole(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    app = replace(house.app, gallery=cast(Gallery, Buggy()))
    pages = make_web(app, host="easel.example", device="cpu", secret=SECRET)
    headers = {"Authorization": f"Bearer {await house.key()}"}
    async with TestClient(TestServer(pages), headers=headers) as client:
        answer = await client.get(f"{HISTORY}.zip")
        with pytest.raises(ClientError):
            await answer.read()

    assert answer.status == 200
    assert "broke off" in caplog.text
    assert "RuntimeError: a bug" in caplog.text


async def test_a_zip_that_breaks_off_does_not_look_whole(
    caller: Client, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await painted(caller, house, "a fox")
    await painted(caller, house, "a hare")
    oldest = (await told(caller, HISTORY))["pictures"][-1]
    await break_file_of(house, oldest)

    answer = await caller.get(f"{HISTORY}.zip")
    with pytest.raises(ClientError):
        await answer.read()

    assert "broke off" in caplog.text
    assert "bug" not in caplog.text


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1000"}, "limit"),
        ({"before": "1", "after": "2"}, "not both"),
        ({"since": "when it rained"}, "is no time"),
        ({"serach": "fox"}, "search"),
        ({"search": "fox\x00"}, "search"),
        ({"favourites": "perhaps"}, "favourites"),
        ({"before": "1" * 30}, "before"),
    ],
)
async def test_what_cannot_be_looked_for_is_said(
    caller: Client, query: dict[str, str], word: str
) -> None:
    answer = await caller.get(HISTORY, params=query)

    assert answer.status == 422
    assert word in (await answer.json())["detail"]


async def test_a_body_that_says_nothing_is_refused(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")

    answer = await caller.patch(f"{HISTORY}/{job['tiles'][0]['number']}", json={})

    assert answer.status == 422
    assert "favourite is missing" in (await answer.json())["detail"]


async def test_who_may_only_look_changes_nothing(visit: Visit, house: House) -> None:
    painter = await visit(await house.key("painter"))
    job = await painted(painter, house, "a fox")
    address = f"{HISTORY}/{job['tiles'][0]['number']}"
    [key] = await house.app.keys.all()
    looker = await visit(await house.key("looker", Scope.READ, owner=key.owner))

    assert (await looker.get(address)).status == 200
    assert (await looker.patch(address, json={"favourite": True})).status == 403
    assert (await looker.delete(address)).status == 403


async def test_others_pictures_are_none(caller: Client, visit: Visit, house: House) -> None:
    job = await painted(caller, house, "a fox")
    number = job["tiles"][0]["number"]
    stranger = await visit(await house.key("stranger"))

    theirs = await stranger.get(f"{HISTORY}/{number}")
    nobodys = await stranger.get(f"{HISTORY}/{number + 1}")

    assert (theirs.status, nobodys.status) == (404, 404)
    assert (await theirs.text()).replace(str(number), "N") == (await nobodys.text()).replace(
        str(number + 1), "N"
    )
    assert await prompts_of(stranger) == []
