"""Pictures to begin from: sent once, read, and used by their digest."""

from hashlib import sha256
from io import BytesIO

import pytest
from aiohttp import FormData
from PIL import Image

from engine.key import Scope
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.native.painted import painted
from tests.engine.house import until
from tests.fakes import a_png

SOURCES = "/v1/sources"
PNG = {"Content-Type": "image/png"}


def a_file(kind: str) -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (16, 8), "red").save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_without_a_recipe_has_a_size_and_no_words(
    caller: Client, kind: str
) -> None:
    headers = {"Content-Type": f"image/{kind.lower()}"}

    answer = await caller.post(SOURCES, data=a_file(kind), headers=headers)
    told = await answer.json()

    assert answer.status == 201
    assert len(told.pop("digest")) == 64
    assert told == {"width": 16, "height": 8, "prompt": None, "command": None, "recipe": None}


async def test_a_picture_tells_its_recipe_and_how_to_type_it(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a red fox --seed 7 --size 64x128 --no people")
    file = await (await caller.get(job["tiles"][0]["picture"])).read()

    told = await (await caller.post(SOURCES, data=file, headers=PNG)).json()
    again = await painted(caller, house, told["command"])

    assert told["prompt"] == "a red fox"
    assert (told["width"], told["height"]) == (64, 128)
    assert (told["recipe"]["seed"], told["recipe"]["negative"]) == (7, "people")
    assert again["tiles"][0]["seed"] == 7
    assert again["cost"] == 0


async def test_a_form_with_a_file_is_taken_too(caller: Client) -> None:
    form = FormData()
    form.add_field("file", a_png(), filename="fox.png", content_type="image/png")

    answer = await caller.post(SOURCES, data=form)

    assert answer.status == 201
    assert (await answer.json())["width"] == 8


async def test_its_owner_begins_from_it(caller: Client, house: House) -> None:
    digest = (await (await caller.post(SOURCES, data=a_png(), headers=PNG)).json())["digest"]

    job = await caller.post("/v1/jobs", json={"prompt": "a fox", "image": digest})
    house.painter.gate.set()
    await until(lambda: not house.line.jobs)

    assert job.status == 202
    assert house.painter.painted[-1].image == digest


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_its_owner_sees_it_again_as_it_was_sent(caller: Client, kind: str) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    sent = await (await caller.post(SOURCES, data=a_file(kind), headers=headers)).json()

    seen = await caller.get(f"{SOURCES}/{sent['digest']}")
    again = await caller.get(
        f"{SOURCES}/{sent['digest']}", headers={"If-None-Match": seen.headers["ETag"]}
    )

    assert await seen.read() == a_file(kind)
    assert seen.content_type == f"image/{kind.lower()}"
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert seen.headers["Content-Disposition"] == "inline"
    assert again.status == 304


async def test_a_file_that_its_owner_deleted_is_not_shown(caller: Client, house: House) -> None:
    job = await painted(caller, house, "a fox")
    file = await (await caller.get(job["tiles"][0]["picture"])).read()
    address = f"{SOURCES}/{sha256(file).hexdigest()}"
    assert (await caller.get(address)).status == 200

    await caller.delete(f"/v1/history/{job['tiles'][0]['number']}")

    assert (await caller.get(address)).status == 404


async def test_a_recipe_of_another_program_is_read_as_far_as_it_can_be_had(
    caller: Client, house: House
) -> None:
    buffer = BytesIO()
    exif = Image.Exif()
    words = "a fox\nNegative prompt: people\nSteps: 9, Sampler: Nobody's, CFG scale: 5, Seed: 11"
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\x00" + words.encode("utf-16-be")
    Image.new("RGB", (16, 8)).save(buffer, "JPEG", exif=exif)

    headers = {"Content-Type": "image/jpeg"}
    answer = await caller.post(SOURCES, data=buffer.getvalue(), headers=headers)
    told = await answer.json()

    assert told["recipe"]["sampler"] == "Nobody's"
    assert "sampler" not in told["command"]
    assert told["command"].startswith("a fox")
    assert "--seed 11" in told["command"]


async def test_what_says_more_than_can_be_painted_has_no_command(caller: Client) -> None:
    buffer = BytesIO()
    exif = Image.Exif()
    words = "a fox\nSteps: 9000, Sampler: Euler, CFG scale: 5, Seed: 11"
    exif.get_ifd(0x8769)[0x9286] = b"UNICODE\x00" + words.encode("utf-16-be")
    Image.new("RGB", (16, 8)).save(buffer, "JPEG", exif=exif)

    headers = {"Content-Type": "image/jpeg"}
    told = await (await caller.post(SOURCES, data=buffer.getvalue(), headers=headers)).json()

    assert told["recipe"]["steps"] == 9000
    assert told["command"] is None


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"", "image/png", 422),
        (b"no picture", "image/png", 422),
        (a_png()[:-30], "image/png", 422),
        (a_file("GIF"), "image/png", 422),
        (a_file("GIF"), "image/gif", 415),
        (b'{"file": "x"}', "application/json", 415),
        (b"file=x", "multipart/form-data", 400),
        (b"\x89PNG" + b"x" * (32 * 2**20), "image/png", 413),
    ],
    ids=("empty", "text", "half", "gif", "told_gif", "json", "no_form", "large"),
)
async def test_what_is_no_picture_is_refused_in_a_sentence(
    caller: Client, content: bytes, kind: str, status: int
) -> None:
    headers = {"Content-Type": kind}

    answer = await caller.post(SOURCES, data=BytesIO(content), headers=headers)

    assert answer.status == status
    assert (await answer.json())["detail"].endswith(".")


async def test_who_may_only_look_sends_nothing(visit: Visit, house: House) -> None:
    looker = await visit(await house.key("looker", Scope.READ))

    assert (await looker.post(SOURCES, data=a_png(), headers=PNG)).status == 403
