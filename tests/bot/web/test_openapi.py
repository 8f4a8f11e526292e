"""The OpenAPI document: it is whole, and says what the endpoints do."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from aiohttp import ClientResponse

from bot.web.app import endpoints_of
from bot.web.endpoint import PLACES, Endpoint
from bot.web.headers import HEADERS
from bot.web.links import Links
from bot.web.openapi import refused
from bot.web.stream import streams_of
from engine.clock import utc_now
from engine.gate import Gate
from tests.bot.web.conftest import SECRET, Client, House, Visit
from tests.bot.web.events.listener import listening
from tests.engine.house import until

NOWHERE = ("999999999", "99", "0" * 32, "0" * 64, "png")
"""Of nothing that there is; each place in a path takes one of them."""
WRONG = {"Authorization": "Bearer easel_wrong"}
USUAL = {name.lower() for name in HEADERS} | {
    "content-type",
    "content-length",
    "date",
    "connection",
    "transfer-encoding",
}
"""What is told of once and for all, and what makes it HTTP."""
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


async def document_of(client: Client) -> Any:
    return await (await client.get("/openapi.json")).json()


def operations_in(document: Any) -> Iterator[tuple[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def unknown_headers(document: Any, answer: ClientResponse, path: str) -> set[str]:
    """Those that it has and that are not told of; and what every answer of a server has."""
    operation = document["paths"][path][answer.method.lower()]
    told = operation["responses"][str(answer.status)]["headers"]
    return {name.lower() for name in answer.headers} - {name.lower() for name in told} - USUAL


async def test_every_reference_leads_to_a_schema(client: Client) -> None:
    document = await document_of(client)
    parts = document["components"]
    there = {
        f"#/components/{kind}/{name}" for kind in ("schemas", "headers") for name in parts[kind]
    }

    assert set(references_in(document)) <= there


async def test_a_body_that_is_a_file_is_told_as_one(client: Client) -> None:
    document = await document_of(client)
    content = document["paths"]["/v1/sources"]["post"]["requestBody"]["content"]

    assert content["image/png"]["schema"] == {"type": "string", "format": "binary"}
    assert "$ref" in content["multipart/form-data"]["schema"]


async def test_every_endpoint_is_in_it(client: Client, house: House) -> None:
    document = await document_of(client)
    told = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }

    assert {(one.method, one.path) for one in endpoints_in(house)} <= told


async def test_what_programs_ask_beside_the_endpoints_is_in_it_too(client: Client) -> None:
    document = await document_of(client)
    paths = document["paths"]

    assert {"/login", "/health", "/healthz", "/readyz", "/metrics"} <= paths.keys()
    assert paths["/readyz"]["get"]["responses"]["503"]["content"].keys() == {"text/plain"}


async def test_the_pages_cookie_opens_as_a_key_does(client: Client) -> None:
    document = await document_of(client)

    scheme = document["components"]["securitySchemes"]["cookie"]
    assert (scheme["in"], scheme["name"]) == ("cookie", "easel")
    assert {"cookie": []} in document["paths"]["/v1/jobs"]["post"]["security"]


async def test_what_is_kept_may_be_answered_as_unchanged(caller: Client, house: House) -> None:
    house.painter.gate.set()
    document = await document_of(caller)
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


async def test_nothing_answers_with_a_status_or_a_header_that_is_not_told(
    visit: Visit, house: House
) -> None:
    house.painter.gate.set()
    document = await document_of(await visit())
    for number, endpoint in enumerate(endpoints_in(house)):
        # A key for each: who asks too often is told so, and nothing else.
        caller = await visit(await house.key(f"key-{number}"))
        path = nowhere(endpoint)
        for sent in ({"params": {"nothing": "1"}}, *(BODIES if endpoint.body else BODIES[:1])):
            async with caller.request(endpoint.method, path, **sent) as answer:
                assert answer.status in documented(endpoint) - {429}, (endpoint.path, sent)
                assert not unknown_headers(document, answer, endpoint.path)


async def test_what_needs_a_key_opens_to_nobody_without(visit: Visit, house: House) -> None:
    keyed = [one for one in endpoints_in(house) if one.scope is not None]
    nobody = await visit()

    for endpoint in keyed:
        async with nobody.request(endpoint.method, nowhere(endpoint)) as answer:
            # Whoever knocks too often is told to wait.
            assert answer.status in {401, 429}, endpoint.path


async def test_every_parameter_and_every_header_has_words(client: Client) -> None:
    document = await document_of(client)
    wordless = [
        f"{name}: {parameter['name']}"
        for name, operation in operations_in(document)
        for parameter in operation["parameters"]
        if not parameter["description"]
    ]
    wordless += [
        f"{name} {status}: {header}"
        for name, operation in operations_in(document)
        for status, answer in operation["responses"].items()
        for header, told in answer["headers"].items()
        if not told.get("description") and "$ref" not in told
    ]

    assert not wordless
    assert all(told["description"] for told in document["components"]["headers"].values())


async def test_it_says_where_it_holds(client: Client) -> None:
    document = await document_of(client)

    assert [server["url"] for server in document["servers"]] == ["/"]


async def test_what_is_refused_for_now_says_when_to_come_back(client: Client) -> None:
    for name, operation in operations_in(await document_of(client)):
        for status in {"429", "503"} & operation["responses"].keys() - {"200"}:
            content = operation["responses"][status]["content"]
            if content.keys() != {"text/plain"}:
                assert "Retry-After" in operation["responses"][status]["headers"], name


async def test_headers_of_answers_are_told_of(caller: Client, house: House) -> None:
    house.painter.gate.set()
    document = await document_of(caller)
    secret = await house.key("page")
    asked = {"prompt": "a fox", "seed": 7}
    jobs = await caller.post("/v1/jobs", json=asked)
    await until(lambda: not house.line.jobs)
    job = (await jobs.json())["id"]
    picture = f"/v1/jobs/{job}/tiles/0"
    tile = "/v1/jobs/{job}/tiles/{tile}"
    kept = {"If-None-Match": (await caller.get(f"{picture}.png")).headers["ETag"]}
    house.line.gate = Gate.DRAINED
    answers = [
        ("/v1/jobs", jobs, "Location"),
        ("/v1/jobs", await caller.post("/v1/jobs", json={"prompt": "a hare"}), "Retry-After"),
        ("/generate", await caller.post("/generate", json=asked), "X-Seed"),
        (f"{tile}.png", await caller.get(f"{picture}.png?download=1"), "Content-Disposition"),
        (f"{tile}.png", await caller.get(f"{picture}.png", headers=kept), "ETag"),
        (f"{tile}/thumbnail.webp", await caller.get(f"{picture}/thumbnail.webp"), "ETag"),
        ("/v1/history.zip", await caller.get("/v1/history.zip"), "Content-Disposition"),
        ("/login", await caller.post("/login", json={"password": secret}), "Set-Cookie"),
        ("/logout", await caller.post("/logout", allow_redirects=False), "Location"),
        ("/v1/quota", await caller.get("/v1/quota", headers=WRONG), "WWW-Authenticate"),
        ("/readyz", await caller.get("/readyz"), "Cache-Control"),
    ]

    for path, answer, name in answers:
        assert name in answer.headers, path
        assert not unknown_headers(document, answer, path), path


async def test_of_a_stream_each_event_is_told_with_its_shape(caller: Client, house: House) -> None:
    document = await document_of(caller)
    operation = document["paths"]["/v1/events"]["get"]
    told = operation["responses"]["200"]["content"]["text/event-stream"]["x-events"]
    heard: dict[str, Any] = {}

    async with listening(caller) as stream:
        await stream.greeting()
        assert not unknown_headers(document, stream.answer, "/v1/events")
        job = await (await caller.post("/v1/jobs", json={"prompt": "a fox"})).json()
        house.painter.gate.set()
        heard["job"] = (await stream.until("job", id=job["id"], status="done")).content
        number = (await (await caller.get("/v1/history")).json())["pictures"][0]["number"]
        await caller.patch(f"/v1/history/{number}", json={"favourite": True})
        heard["picture"] = (await stream.next("picture")).content
    async with listening(caller, after=1) as stream:
        while not {"reset", "queue", "quota"} <= heard.keys():
            event = await stream.next()
            heard[event.kind] = event.content
            await caller.post("/v1/jobs", json={"prompt": f"{event.number} foxes"})

    assert heard.keys() == told.keys()
    for kind, content in heard.items():
        schema = {**told[kind]["data"], "components": document["components"]}
        jsonschema_rs.validate(schema, content)
        assert told[kind]["description"] in operation["description"]
    for word in ("Last-Event-ID", "after", "15 seconds", "reset", "64"):
        assert word in operation["description"], word


async def test_limits_of_people_and_tiers_are_told_one_by_one(client: Client) -> None:
    schemas = (await document_of(client))["components"]["schemas"]

    for name in ("ToldTier", "ToldPerson"):
        assert schemas[name]["properties"]["terms"] == {"$ref": "#/components/schemas/ToldTerms"}
    assert {"per_day", "window", "priority", "weight"} <= schemas["ToldTerms"]["properties"].keys()


async def test_both_ways_in_which_a_login_fails_have_their_shape(client: Client) -> None:
    document = await document_of(client)
    content = document["paths"]["/login"]["post"]["responses"]["400"]["content"]

    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/WrongKey"}
    assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
