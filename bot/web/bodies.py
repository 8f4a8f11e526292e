"""Bodies: what comes in is measured first, then read, then checked, and never trusted."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

PATIENCE_S = 60.0
"""A body that takes longer is not meant to arrive."""
AS_JSON = "application/json"
UTF_8 = "utf-8"
AS_FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64


async def read_json(request: web.Request, largest: int) -> Any:
    """Raises web.HTTPException: 400, 408, 413 or 415."""
    kind = request.content_type
    if "Content-Type" in request.headers and kind != AS_JSON and not kind.endswith("+json"):
        raise web.HTTPUnsupportedMediaType(text=f"I read JSON here: send it as {AS_JSON}.")
    content = await read_raw(request, largest)
    try:
        return json.loads(content.decode(UTF_8), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="That body is no JSON that I can read.") from None


async def read_raw(request: web.Request, largest: int, *, patience_s: float = PATIENCE_S) -> bytes:
    """Raises web.HTTPException: 400, 408, 413 or 415."""
    require_readable(request, largest)
    content = bytearray()
    try:
        async with asyncio.timeout(patience_s):
            async for part in request.content.iter_chunked(2**16):
                content += part
                if len(content) > largest:
                    raise too_large(largest)
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="That body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError, RuntimeError, ValueError):
        raise web.HTTPBadRequest(text="That body did not arrive whole.") from None
    return bytes(content)


async def read_form(request: web.Request, largest: int) -> Mapping[str, str]:
    """The fields of a page's form. Raises web.HTTPException: 400, 408, 413 or 415."""
    if request.content_type != AS_FORM:
        raise web.HTTPUnsupportedMediaType(text=f"Send that as {AS_FORM}.")
    content = await read_raw(request, largest)
    try:
        if (request.charset or UTF_8).lower() != UTF_8:
            # Some of the encodings that Python knows take minutes over a little.
            raise ValueError
        fields = parse_qsl(
            content.decode(UTF_8),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise web.HTTPBadRequest(text="That form cannot be read.") from None
    return dict(fields)


def require_readable(request: web.Request, largest: int) -> None:
    """Raises web.HTTPException: 413 or 415."""
    if request.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        # A little of that can unpack to much; nobody needs it for what is read here.
        raise web.HTTPUnsupportedMediaType(text="Send that unpacked, without a Content-Encoding.")
    if (request.content_length or 0) > largest:
        raise too_large(largest)


def too_large(largest: int) -> web.HTTPRequestEntityTooLarge:
    most = f"{largest // 2**20} MiB" if largest >= 2**20 else f"{largest // 2**10} KiB"
    return web.HTTPRequestEntityTooLarge(
        max_size=largest, actual_size=largest + 1, text=f"That is more than the {most} I read here."
    )


def checked(kind: type[BaseModel], content: Any) -> BaseModel:
    """Raises InvalidRequest with a sentence about the first thing that is wrong."""
    if not isinstance(content, Mapping):
        raise InvalidRequest('Send an object of JSON, like {"prompt": "a fox"}.')
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise InvalidRequest(_sentence(error, kind)) from None


def checked_query(kind: type[BaseModel], query: MultiMapping[str]) -> BaseModel:
    """Raises InvalidRequest."""
    for name in query:
        if len(query.getall(name)) > 1:
            raise InvalidRequest(f"{name:.60} is there twice. Keep one of them.")
    return checked(kind, dict(query))


def _sentence(error: ValidationError, kind: type[BaseModel]) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or "body"
    match first["type"]:
        case "extra_forbidden":
            known = [field.alias or name for name, field in kind.model_fields.items()]
            return f"I know no “{name:.60}”. {did_you_mean(name, known)}"
        case "missing":
            return f"{name:.60} is missing."
        case "string_too_short" if not first["input"]:
            return f"{name:.60} is empty."
        case _:
            wrong = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
            return f"{name:.60}: {wrong}, not {first['input']!r:.60}."


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
