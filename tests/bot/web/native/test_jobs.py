"""Jobs over HTTP: asked for once, seen by their owner only, withdrawn, fetched."""

from base64 import b64encode
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from bot.settings import Settings
from engine.accounts import Act
from engine.clock import utc_now
from engine.job import Owner
from engine.key import own_person
from engine.prompt import read_prompt
from engine.request import ImageRequest
from engine.waiting import LEAST_SHARE, PARTS
from tests.bot.web.conftest import Client, House, Visit
from tests.engine.house import until
from tests.fakes import a_png

JOBS = "/v1/jobs"


async def test_a_job_is_painted_and_its_picture_can_be_had(caller: Client, house: House) -> None:
    asked = await caller.post(JOBS, json={"prompt": "a fox --seed 7", "size": "64x128"})
    job = await asked.json()
    house.painter.gate.set()
    await until(lambda: not house.line.jobs)
    done = await (await caller.get(asked.headers["Location"])).json()
    picture = await caller.get(done["tiles"][0]["picture"])

    assert asked.status == 202
    assert job["status"] in {"queued", "painting"}
    assert done["status"] == "done"
    assert done["command"] == "a fox --size 64x128 --seed 7"
    assert (done["tiles"][0]["width"], done["tiles"][0]["height"]) == (64, 128)
    # The painter took half a second; nobody pays more than they were told.
    assert done["cost"] == done["price"] < 0.5
    assert done["progress"] == 1
    assert (await picture.read()).startswith(b"\x89PNG")


async def test_a_picture_need_not_be_fetched_twice(caller: Client, house: House) -> None:
    job = await painted(caller, house, prompt="a fox")
    address = job["tiles"][0]["picture"]

    first = await caller.get(address, params={"download": "true"})
    again = await caller.get(address, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Content-Disposition"].startswith('attachment; filename="easel-')
    assert "immutable" in first.headers["Cache-Control"]
    assert (again.status, await again.read()) == (304, b"")


async def test_while_it_waits_it_has_a_place_and_while_it_is_painted_progress(
    caller: Client, house: House
) -> None:
    for number in range(house.painter.seats):
        await caller.post(JOBS, json={"prompt": f"hare {number}"})
    await until(lambda: len(house.painter.painting) == house.painter.seats)
    waiting = await (await caller.post(JOBS, json={"prompt": "a fox"})).json()
    jobs = (await (await caller.get(JOBS)).json())["jobs"]

    assert waiting["place"]["ahead"] == 0
    assert waiting["place"]["arrives"].endswith("Z")
    assert [job["progress"] for job in jobs].count(0.25) == house.painter.seats


async def test_a_key_that_was_used_before_is_the_same_job(caller: Client, house: House) -> None:
    key = {"Idempotency-Key": "order-1"}

    first = await caller.post(JOBS, json={"prompt": "a fox"}, headers=key)
    again = await caller.post(JOBS, json={"prompt": "a fox"}, headers=key)
    other = await caller.post(JOBS, json={"prompt": "a hare"}, headers=key)
    new = await caller.post(JOBS, json={"prompt": "a fox"}, headers={"Idempotency-Key": "order-2"})

    assert first.headers["Location"] == again.headers["Location"] != new.headers["Location"]
    assert other.status == 422
    assert len(house.line.jobs) == 2


async def test_keys_of_others_are_others(caller: Client, visit: Visit, house: House) -> None:
    stranger = await visit(await house.key("stranger"))
    key = {"Idempotency-Key": "order-1"}

    mine = await caller.post(JOBS, json={"prompt": "a fox"}, headers=key)
    theirs = await stranger.post(JOBS, json={"prompt": "a fox"}, headers=key)

    assert mine.headers["Location"] != theirs.headers["Location"]


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "schlüssel"])
async def test_a_key_that_is_none_is_refused(caller: Client, key: str) -> None:
    headers = {"Idempotency-Key": key}

    answer = await caller.post(JOBS, json={"prompt": "a fox"}, headers=headers)

    assert answer.status == 422


async def test_a_job_can_be_withdrawn_once(caller: Client, house: House) -> None:
    address = (await caller.post(JOBS, json={"prompt": "a fox"})).headers["Location"]

    first, again = await caller.delete(address), await caller.delete(address)

    assert (await first.json())["status"] == "cancelled"
    assert again.status == 409
    assert not house.line.jobs


async def test_alternatives_are_painted_once_they_are_agreed_to(
    caller: Client, house: House
) -> None:
    asked = {"prompt": "a {red|blue} fox"}

    refused = await caller.post(JOBS, json=asked)
    question = await refused.json()
    agreed = await caller.post(JOBS, json={**asked, "agreed": True})

    assert refused.status == 409
    assert question["tiles"] == 2
    assert question["price"] > 0
    assert len((await agreed.json())["tiles"]) == 2


async def test_a_quote_paints_nothing(caller: Client, house: House) -> None:
    answer = await caller.post("/v1/quote", json={"prompt": "a fox --count 3"})
    quote = await answer.json()

    assert (quote["tiles"], quote["at_once"]) == (3, False)
    assert quote["price"] > 0
    assert not house.line.jobs


async def test_a_quote_says_why_it_would_be_refused(caller: Client, house: House) -> None:
    async def note(**asked: Any) -> Any:
        quote = await (await caller.post("/v1/quote", json={"prompt": "a fox", **asked})).json()
        return " ".join(quote["notes"])

    accounts, act = house.app.accounts, Act(who="local", at=utc_now())
    assert await note() == ""
    await accounts.change_tier("default", {"per_day": 0.6, "most_steps": 10}, act)
    assert await note() == ""
    assert "0.6 for a day" in await note(count=8)
    assert "steps" in await note(steps=11)
    assert (await caller.post(JOBS, json={"prompt": "a fox"})).status == 202
    assert "left. Enough is back on" in await note(seed=1)
    assert (await caller.post(JOBS, json={"prompt": "a fox", "seed": 1})).status == 429
    await accounts.grant("key:tests", 100, act)
    assert await note(seed=1) == ""
    await accounts.block("key:tests", Act(who="local", at=utc_now(), why="spam"))
    assert "spam" in await note()


@pytest.mark.parametrize("form", ["data:image/png;base64,{}", "{}"])
async def test_a_picture_may_come_along(caller: Client, house: House, form: str) -> None:
    picture = form.format(b64encode(a_png(64, 64)).decode())

    job = await painted(caller, house, prompt="a fox", image=picture, strength=0.5)

    assert list(house.painter.sources[-1].values()) == [a_png(64, 64)]
    assert job["status"] == "done"


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ({}, "prompt is missing"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "  "}, "Tell me what to paint"),
        ({"prompt": 7}, "prompt"),
        ({"prompt": "a fox", "stepps": 7}, "Did you mean steps"),
        ({"prompt": "a fox", "steps": 0}, "steps"),
        ({"prompt": "a fox", "size": "large"}, "width x height"),
        ({"prompt": "a fox", "aspect": "wide"}, "16:9"),
        ({"prompt": "a fox", "model": "bok"}, "Did you mean book"),
        ({"prompt": "a fox --sead 7"}, "--seed"),
        ({"prompt": "a fox", "image": "!"}, "base64"),
        ({"prompt": "a fox", "image": b64encode(b"GIF89a").decode()}, "PNG, JPEG or WebP"),
        ({"prompt": "a fox", "image": "0" * 64}, ""),
        ({"prompt": "a \0 fox"}, "no text"),
        ([], "object"),
        ("a fox", "object"),
    ],
)
async def test_what_cannot_be_painted_is_a_sentence(
    caller: Client, house: House, asked: Any, mend: str
) -> None:
    answer = await caller.post(JOBS, json=asked)

    problem = await answer.json()
    assert answer.status in {404, 422}
    assert mend in problem["detail"]
    assert not house.line.jobs


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"prompt": NaN}', "application/json", 400),
        (b"[" * 5_000, "application/json", 400),
        (b"9" * 5000, "application/json", 400),
        (b"prompt=fox", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
    ],
)
async def test_what_is_no_json_is_refused(
    caller: Client, body: bytes, kind: str, status: int
) -> None:
    answer = await caller.post(JOBS, data=body, headers={"Content-Type": kind})

    assert answer.status == status
    assert (await answer.json())["status"] == status


async def test_jobs_of_others_are_as_if_they_were_not_there(caller: Client, house: House) -> None:
    house.painter.gate.set()
    stranger = Owner(id="discord:42")
    ticket = await house.studio.submit(read_prompt("a secret fox"), stranger)
    await ticket.pictures()
    paths = ("", "/tiles/0.png", "/tiles/0/thumbnail.webp", "/tiles/0/preview.png")

    for path in paths:
        theirs = await caller.get(f"{JOBS}/{ticket.job.id}{path}")
        none = await caller.get(f"{JOBS}/{'0' * 32}{path}")
        assert (theirs.status, await theirs.json()) == (none.status, await none.json())
    assert (await caller.delete(f"{JOBS}/{ticket.job.id}")).status == 404
    assert (await (await caller.get(JOBS)).json())["jobs"] == []


@pytest.mark.parametrize(
    ("mask", "status"),
    [
        (Image.new("L", (64, 64), 0), 422),
        (Image.new("RGB", (64, 64), (100, 100, 100)), 422),
        (Image.new("RGBA", (64, 64), (255, 255, 255, 200)), 422),
        (Image.new("RGBA", (64, 64), (255, 0, 0, 0)), 202),
        (Image.new("RGBA", (64, 64), (255, 255, 255, 255)), 202),
        (Image.new("RGB", (64, 64), (200, 200, 200)), 202),
    ],
    ids=lambda each: (
        f"{each.mode} {each.getpixel((0, 0))}" if isinstance(each, Image.Image) else ""
    ),
)
@pytest.mark.parametrize("kept", [True, False])
async def test_a_mask_that_leaves_nothing_to_paint_is_refused(
    caller: Client, house: House, mask: Image.Image, status: int, kept: bool
) -> None:
    file = BytesIO()
    mask.save(file, "PNG")
    word = b64encode(file.getvalue()).decode()
    if kept:
        kind = {"Content-Type": "image/png"}
        sent = await caller.post("/v1/sources", data=file.getvalue(), headers=kind)
        word = (await sent.json())["digest"]
    asked = {"prompt": "a hat", "image": b64encode(a_png(64, 64)).decode(), "mask": word}

    answer = await caller.post(JOBS, json=asked)
    around = await caller.post(JOBS, json={**asked, "outpaint": [8, 8, 8, 8], "size": "128x128"})

    assert answer.status == status
    assert (status == 202) != ("nothing of the image would change" in await answer.text())
    assert around.status == 202


async def test_whoever_is_blocked_hears_why(caller: Client, house: House) -> None:
    await house.app.accounts.block("key:tests", Act(who="local", at=utc_now(), why="spam"))

    answer = await caller.post(JOBS, json={"prompt": "a fox"})

    assert answer.status == 429
    assert "spam" in (await answer.json())["detail"]
    assert not house.line.jobs


async def painted(caller: Client, house: House, **asked: Any) -> Any:
    """The job once it has ended."""
    house.painter.gate.set()
    address = (await caller.post(JOBS, json=asked)).headers["Location"]
    await until(lambda: not house.line.jobs)
    return await (await caller.get(address)).json()


async def test_who_has_all_their_room_in_the_queue_is_told_so_and_not_that_it_is_full(
    caller: Client, visit: Visit, house: House, settings: Settings
) -> None:
    share = max(LEAST_SHARE, settings.queue_limit // PARTS)
    for number in range(house.painter.seats):
        await house.studio.submit(ImageRequest(prompt=f"owl {number}"), own_person("tests"))
    await until(lambda: len(house.painter.painting) == house.painter.seats)
    for number in range(share):
        await house.studio.submit(ImageRequest(prompt=f"hare {number}"), own_person("tests"))

    answer = await caller.post(JOBS, json={"prompt": "a fox"})
    others = await (await visit(await house.key("other"))).post(JOBS, json={"prompt": "a fox"})

    assert answer.status == 429
    assert answer.headers["Retry-After"]
    assert "jobs of yours" in (await answer.json())["detail"]
    assert others.status == 202
