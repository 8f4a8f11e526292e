"""The OpenAPI document: it is whole, and says what the endpoints do."""

import re
from collections.abc import Iterator
from typing import Any

from bot.web.app import endpoints_of
from bot.web.endpoint import PLACES, Endpoint
from bot.web.links import Links
from bot.web.openapi import refused
from bot.web.stream import streams_of
from engine.clock import utc_now
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.engine.house import until

NOWHERE = ("999999999", "99", "0" * 32, "0" * 64, "png")
"""Of nothing that there is; each place in a path takes one of them."""
BODIES: tuple[dict[str, Any], ...] = (
    {},
    {"json": {}},
    {"json": []},
    {"json": {"nothing": 1}},
    {"data": b"\xff{", "headers": {"Content-Type": "application/json"}},
    {"data": b"{}", "headers": {"Content-Type": "text/plain"}},
    {"data": b"--x", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
)


def endpoints_in(house: House) -> list[Endpoint]:
    return endpoints_of(house.app, streams_of(house.app), Links(SECRET, utc_now))


def nowhere(endpoint: Endpoint) -> str:
    """Its path with ids of what there never was."""
    ids = {
        name: next(one for one in NOWHERE if re.fullmatch(PLACES[name], one))
        for name in endpoint.places
    }
    return endpoint.path.format(**ids)


def documented(endpoint: Endpoint) -> frozenset[int]:
    return refused(endpoint) | endpoint.answers.keys()


def references_in(document: Any) -> Iterator[str]:
    match document:
        case dict():
            if isinstance(document.get("$ref"), str):
                yield document["$ref"]
            for value in document.values():
                yield from references_in(value)
        case list():
            for value in document:
                yield from references_in(value)


async def test_every_reference_leads_to_a_schema(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()
    there = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert set(references_in(document)) <= there


async def test_a_body_that_is_a_file_is_told_as_one(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()
    content = document["paths"]["/v1/sources"]["post"]["requestBody"]["content"]

    assert content["image/png"]["schema"] == {"type": "string", "format": "binary"}
    assert "$ref" in content["multipart/form-data"]["schema"]


async def test_every_endpoint_is_in_it(client: Client, house: House) -> None:
    document = await (await client.get("/openapi.json")).json()
    told = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }

    assert {(one.method, one.path) for one in endpoints_in(house)} <= told


async def test_what_programs_ask_beside_the_endpoints_is_in_it_too(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()
    paths = document["paths"]

    assert {"/login", "/health", "/healthz", "/readyz", "/metrics"} <= paths.keys()
    assert paths["/readyz"]["get"]["responses"]["503"]["content"].keys() == {"text/plain"}


async def test_the_pages_cookie_opens_as_a_key_does(client: Client) -> None:
    document = await (await client.get("/openapi.json")).json()

    scheme = document["components"]["securitySchemes"]["cookie"]
    assert (scheme["in"], scheme["name"]) == ("cookie", "easel")
    assert {"cookie": []} in document["paths"]["/v1/jobs"]["post"]["security"]


async def test_what_is_kept_may_be_answered_as_unchanged(caller: Client, house: House) -> None:
    house.painter.gate.set()
    document = await (await caller.get("/openapi.json")).json()
    job = await (await caller.post("/v1/jobs", json={"prompt": "a fox"})).json()
    await until(lambda: not house.line.jobs)
    address = f"/v1/jobs/{job['id']}/tiles/0.png"

    tag = (await caller.get(address)).headers["ETag"]
    again = await caller.get(address, headers={"If-None-Match": tag})

    assert again.status == 304
    for path in ("/v1/jobs/{job}/tiles/{tile}.png", "/v1/sources/{file}"):
        assert "304" in document["paths"][path]["get"]["responses"]


async def test_every_place_in_a_path_is_known(house: House) -> None:
    for endpoint in endpoints_in(house):
        assert endpoint.path.count("{") == len(endpoint.places), endpoint.path


async def test_nothing_answers_with_a_status_that_is_not_told(visit: Visit, house: House) -> None:
    house.painter.gate.set()
    for number, endpoint in enumerate(endpoints_in(house)):
        # A key for each: who asks too often is told so, and nothing else.
        caller = await visit(await house.key(f"key-{number}"))
        path = nowhere(endpoint)
        for sent in BODIES if endpoint.body else BODIES[:1]:
            for query in ({}, {"nothing": "1"}):
                async with caller.request(endpoint.method, path, params=query, **sent) as answer:
                    assert answer.status in documented(endpoint) - {429}, (endpoint.path, sent)


async def test_what_needs_a_key_opens_to_nobody_without(visit: Visit, house: House) -> None:
    keyed = [one for one in endpoints_in(house) if one.scope is not None]
    nobody = await visit()

    for endpoint in keyed:
        async with nobody.request(endpoint.method, nowhere(endpoint)) as answer:
            # Whoever knocks too often is told to wait.
            assert answer.status in {401, 429}, endpoint.path
