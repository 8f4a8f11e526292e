"""Strangers: whatever they try somebody else's ids on, it is answered as if those were none."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random
from typing import Any

import pytest

from bot.web.app import endpoints_of
from bot.web.endpoint import Endpoint
from bot.web.links import Links
from bot.web.stream import streams_of
from engine.clock import utc_now
from engine.key import Scope
from tests.bot.discord.counts.amount import counted
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.bot.web.native.painted import painted, told
from tests.fakes import a_png

WORD = "xyzzyplugh"
"""Is in every word of whoever it is tried on."""
STRANGERS = 6
"""A key may ask so often in a minute and no oftener."""
IDS = frozenset({"job", "tile", "number", "grant", "file"})
WAYS = ("image", "mask", "look", "follow")
"""In which a picture can be begun from."""
CANCEL = "/jobs/{job}/cancel"
PAGE = ("/jobs/{job}", "/jobs/{job}/preview-{tile}.png", "/pictures/{job}/{tile}.png")
BODIES = {"PATCH": {"favourite": True}, "POST": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something with ids in it. `ids` are those by which it differs from the other like it."""

    method: str
    path: str
    body: Any
    ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Everything that can be named of somebody's: jobs, and digests of files."""

    jobs: list[dict[str, Any]]
    files: list[str]

    @property
    def numbers(self) -> list[int]:
        return [tile["number"] for job in self.jobs for tile in job["tiles"] if tile["number"]]


async def owned_by(client: Client, house: House) -> Owned:
    done = [await painted(client, house, f"a {WORD} {each}", count=2) for each in ("fox", "owl")]
    pictures = [tile["picture"] for job in done for tile in job["tiles"]]
    files = [await (await client.get(picture)).read() for picture in pictures]
    house.painter.gate.clear()
    waiting = [
        await (await client.post("/v1/jobs", json={"prompt": f"{WORD} {number}"})).json()
        for number in range(house.painter.seats + 1)
    ]
    png = {"Content-Type": "image/png"}
    source = await (await client.post("/v1/sources", data=a_png(), headers=png)).json()
    await client.post("/v1/people/key:tests/grants", json={"credits": 1, "why": WORD})
    await client.put("/v1/preferences", json={"negative": WORD})
    await client.put(f"/v1/styles/{WORD}", json={"prompt": f"{{prompt}} {WORD}"})
    digests = [hashlib.sha256(file).hexdigest() for file in files]
    return Owned(jobs=[*done, *waiting], files=[*digests, source["digest"]])


def tries(named: Sequence[Endpoint], owned: Owned, chance: Random) -> Iterator[tuple[Asked, Asked]]:
    """What is somebody else's, and the same with what there never was."""
    while True:
        if chance.random() < 0.2:
            yield _beginning(owned, chance)
        elif chance.random() < 0.2:
            yield _opening(owned, chance)
        else:
            yield _naming(chance.choice(named), owned, chance)


def _naming(endpoint: Endpoint, owned: Owned, chance: Random) -> tuple[Asked, Asked]:
    job = chance.choice(owned.jobs)
    number, file = str(chance.choice(owned.numbers)), chance.choice(owned.files)
    there = {"job": job["id"], "number": number, "grant": "1", "file": file}
    never = {"job": f"{chance.getrandbits(128):032x}", "number": "999999", "grant": "999999"}
    never["file"] = f"{chance.getrandbits(256):064x}"
    same = {"tile": str(chance.randrange(len(job["tiles"]))), "person": "key:tests"}
    # Of an address that was signed for somebody else.
    same |= {"until": "9999999999", "sign": "0" * 64, "ending": "png"}
    body = BODIES.get(endpoint.method) if endpoint.body else None
    theirs, nobodys = (
        Asked(
            method=endpoint.method,
            path=endpoint.path.format(**same, **ids),
            body=body,
            ids=tuple(ids.values()),
        )
        for ids in (there, never)
    )
    return theirs, nobodys


def _opening(owned: Owned, chance: Random) -> tuple[Asked, Asked]:
    """As the page shows it, or withdraws it."""
    job = chance.choice(owned.jobs)
    tile = chance.randrange(len(job["tiles"]))
    method, path = chance.choice([("GET", path) for path in PAGE] + [("POST", CANCEL)])
    theirs, nobodys = (
        Asked(method=method, path=path.format(job=name, tile=tile), body=None, ids=(name,))
        for name in (job["id"], f"{chance.getrandbits(128):032x}")
    )
    return theirs, nobodys


def _beginning(owned: Owned, chance: Random) -> tuple[Asked, Asked]:
    """From a picture of theirs, in one of the ways that there are."""
    path, way = chance.choice(["/v1/jobs", "/v1/quote"]), chance.choice(WAYS)

    def asked(digest: str) -> Asked:
        used: dict[str, Any] = {"image": digest}
        if way == "mask":
            used["mask"] = digest
        if way == "look":
            used = {"references": [{"image": digest}]}
        if way == "follow":
            used = {"controls": [{"name": "edges", "image": digest}]}
        body = {"prompt": "a hare", **used}
        return Asked(method="POST", path=path, body=body, ids=(digest,))

    return asked(chance.choice(owned.files)), asked(f"{chance.getrandbits(256):064x}")


async def answer_to(client: Client, asked: Asked) -> tuple[int, str]:
    """Without the ids that it was asked for by."""
    async with client.request(asked.method, asked.path, json=asked.body) as answer:
        text = (await answer.read()).decode("utf-8", "replace")
        for each in asked.ids:
            text = text.replace(f" {each} ", " ID ").replace(f" {each}.", " ID.")
        return answer.status, text


async def everything_of(client: Client) -> list[Any]:
    paths = ("/v1/jobs", "/v1/history", "/v1/styles", "/v1/preferences", "/v1/people/key:tests")
    found = [await told(client, path) for path in paths]
    for job in found[0]["jobs"]:
        # Where it stands is another thing a moment later.
        del job["place"]
    return found


@counted(1000)
@pytest.mark.promise(24)
async def test_a_stranger_learns_nothing_and_changes_nothing(
    caller: Client, visit: Visit, house: House, count: int
) -> None:
    owned = await owned_by(caller, house)
    before = await everything_of(caller)
    scopes = (Scope.READ, Scope.PAINT)
    names = [f"stranger-{number}" for number in range(STRANGERS)]
    strangers = cycle([await visit(await house.key(name, *scopes)) for name in names])
    endpoints = endpoints_of(house.app, streams_of(house.app), Links(SECRET, utc_now))
    named = [one for one in endpoints if not IDS.isdisjoint(one.places)]

    for theirs, nobodys in islice(tries(named, owned, Random(7)), count):
        stranger = next(strangers)
        answer = await answer_to(stranger, theirs)
        assert answer[0] >= 400, theirs
        assert answer[0] != 429, theirs
        assert WORD not in answer[1].lower(), theirs
        assert answer == await answer_to(stranger, nobodys), theirs

    assert await everything_of(caller) == before


async def test_a_style_of_somebody_elses_is_none(
    caller: Client, visit: Visit, house: House
) -> None:
    await caller.put(f"/v1/styles/{WORD}", json={"prompt": "{prompt} in a secret"})
    stranger = await visit(await house.key("stranger"))

    for method in ("GET", "DELETE"):
        answer = await stranger.request(method, f"/v1/styles/{WORD}")
        assert answer.status == 404
        assert "secret" not in await answer.text()
    listed = await (await stranger.get("/v1/styles")).text()
    assert WORD not in listed
