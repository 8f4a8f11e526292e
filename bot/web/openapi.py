"""The OpenAPI document: what the endpoints declare, and nothing else."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.version import version
from bot.web.bodies import AS_JSON
from bot.web.cookie import NAME
from bot.web.dialect import Dialect
from bot.web.endpoint import MEANINGS, PLACES, Answer, Endpoint
from bot.web.headers import HEADERS
from bot.web.problem import Problem
from bot.web.told_headers import ASK, EVERYWHERE, RETRY, Headers

OPENS = ("key", "password", "cookie")
"""Each of them opens all that needs a key."""
SCHEMAS = "#/components/schemas/{model}"
WHY = {
    400: "What was sent cannot be read",
    401: "No key, or one that does not open",
    403: "The key may not do that",
    404: "There is no such thing, or it is another's",
    405: "Not by that method",
    408: "The body did not arrive in time",
    409: "It has ended already, or needs a yes first",
    413: "The body is too large",
    415: "The body is of a kind that is not read here",
    422: "It cannot be painted, or says something that is unknown",
    429: "The allowance is used up, or that was too often",
    500: "The painter failed",
    503: "The queue is full, or the database is away",
}


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """In OpenAPI 3.1."""
    models, refs = _models(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, refs)
    dialects = {endpoint.dialect.name: endpoint.dialect for endpoint in endpoints}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Easel",
            "version": version(),
            "description": (
                "Paints pictures from words. Every error is a sentence with its mend. Besides the "
                f"headers that are told of, every answer has {', '.join(HEADERS)}, for browsers."
            ),
        },
        "servers": [{"url": "/", "description": "Where this document was read."}],
        "paths": paths,
        "components": {
            "schemas": {**models, **{name: dict(each.schema) for name, each in dialects.items()}},
            "headers": _told_headers(EVERYWHERE),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer"},
                "password": {"type": "http", "scheme": "basic"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": NAME},
            },
        },
    }


def _models(
    endpoints: Iterable[Endpoint],
) -> tuple[Mapping[str, Any], Mapping[tuple[type[BaseModel], str], Mapping[str, Any]]]:
    """The schemas by their names, and how each is referred to."""
    wanted: list[tuple[type[BaseModel], Any]] = []
    for endpoint in endpoints:
        wanted += [(kind, "validation") for kind in (endpoint.body,) if kind]
        wanted += [
            (kind, "serialization")
            for status in endpoint.answers
            for kind in endpoint.kinds(status)
            if isinstance(kind, type)
        ]
        wanted += [(shape, "serialization") for event in endpoint.events for shape in event.data]
    refs, whole = models_json_schema(list(dict.fromkeys(wanted)), ref_template=SCHEMAS)
    return whole.get("$defs", {}), refs  # type: ignore[return-value]  # its modes are literals


def _operation(endpoint: Endpoint, refs: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "summary": endpoint.about,
        "tags": [endpoint.tag],
        "operationId": f"{endpoint.method.lower()}{endpoint.path}",
        "parameters": [*_places(endpoint), *_query(endpoint), *_headers(endpoint)],
        "responses": {**_refusals(endpoint), **_answers(endpoint, refs)},
    }
    if endpoint.scope is not None:
        told["security"] = [{way: []} for way in OPENS]
    if words := _more(endpoint):
        told["description"] = words
    if endpoint.body is not None:
        schema = refs[endpoint.body, "validation"]
        told["requestBody"] = {
            "required": endpoint.body_needed,
            "content": {media: {"schema": _read_as(media, schema)} for media in endpoint.media},
        }
    return told


def _read_as(media: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Some bodies are one file and nothing else."""
    is_file = media.startswith("image/") or media == "application/octet-stream"
    return {"type": "string", "format": "binary"} if is_file else schema


def _places(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": MEANINGS[name],
            "schema": {"type": "string", "pattern": f"^{PLACES[name]}$"},
        }
        for name in endpoint.places
    ]


def _query(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.query is None:
        return []
    schema = endpoint.query.model_json_schema()
    needed = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in needed, **_described(each)}
        for name, each in schema.get("properties", {}).items()
    ]


def _headers(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "header", "required": False, **_described(schema)}
        for name, schema in endpoint.headers.items()
    ]


def _answers(endpoint: Endpoint, refs: Mapping[Any, Mapping[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for status in endpoint.answers:
        kinds = endpoint.kinds(status)
        content = {
            kind if isinstance(kind, str) else AS_JSON: _shape(endpoint, kind, refs)
            for kind in kinds
        }
        about = HTTPStatus(status).phrase
        told[str(status)] = {
            "description": about,
            "headers": _headers_of(endpoint.sends.get(status, {})),
            **({"content": content} if content else {}),
        }
    return told


def _shape(
    endpoint: Endpoint, kind: Answer, refs: Mapping[Any, Mapping[str, Any]]
) -> Mapping[str, Any]:
    if not isinstance(kind, str):
        return {"schema": refs[kind, "serialization"]}
    if kind == endpoint.dialect.media:
        return {"schema": {"$ref": SCHEMAS.format(model=endpoint.dialect.name)}}
    if endpoint.events:
        return {
            "schema": {"type": "string"},
            "x-events": {
                event.kind: {
                    "description": event.about,
                    "data": {"oneOf": [refs[shape, "serialization"] for shape in event.data]},
                }
                for event in endpoint.events
            },
        }
    return {}


def _more(endpoint: Endpoint) -> str:
    """In Markdown."""
    events = [f"- `{event.kind}`: {event.about}" for event in endpoint.events]
    scope = [] if endpoint.scope is None else [f"Needs the scope {endpoint.scope}."]
    return "\n\n".join(filter(None, [*scope, endpoint.more, "\n".join(events)]))


def _described(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What a parameter means stands beside its schema."""
    bare = {name: value for name, value in schema.items() if name != "description"}
    return {"description": schema["description"], "schema": bare}


def _told_headers(headers: Headers) -> dict[str, Any]:
    return {name: _described(schema) for name, schema in headers.items()}


def _headers_of(own: Headers) -> dict[str, Any]:
    """Those that all answers have are told of in one place."""
    shared = {name: {"$ref": f"#/components/headers/{name}"} for name in EVERYWHERE}
    return {**shared, **_told_headers(own)}


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    sent = endpoint.dialect.sent
    own: dict[int, set[int]] = {}
    for status in refused(endpoint):
        own.setdefault(sent(Problem(status=status, detail="")).status, set()).add(status)
    return {
        str(status): _refusal(status, endpoint.dialect, meant)
        for status, meant in sorted(own.items())
    }


def refused(endpoint: Endpoint) -> frozenset[int]:
    """The statuses with which it may say no."""
    found = {*endpoint.refuses, 429, 503}
    if endpoint.places:
        found |= {404}
    if endpoint.scope is not None:
        found |= {401, 403}
    if endpoint.query is not None:
        found |= {422}
    if endpoint.body is not None:
        found |= {400, 408, 413, 415, 422}
    return frozenset(found)


def _refusal(status: int, dialect: Dialect, meant: Collection[int]) -> dict[str, Any]:
    """`meant` are the statuses for which those programs get this one."""
    schema = {"$ref": SCHEMAS.format(model=dialect.name)}
    headers: Headers = {}
    if not {429, 503}.isdisjoint(meant):
        headers = {**headers, **RETRY}
    if 401 in meant:
        headers = {**headers, **ASK}
    return {
        "description": WHY[status],
        "headers": _headers_of(headers),
        "content": {dialect.media: {"schema": schema}},
    }
