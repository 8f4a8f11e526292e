"""Bodies: what comes in is measured first, then read, then checked, and never trusted."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from bot.web.intake import Intake
from bot.web.structure import Structure
from engine.errors import InvalidRequest
from engine.nearest import did_you_mean

PATIENCE_S = 60.0
"""A body that takes longer is not meant to arrive."""
AS_JSON = "application/json"
UTF_8 = "utf-8"
AS_FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64
SHOWN = 60
"""Characters of what somebody sent that a sentence repeats."""


async def read_json(request: web.Request, largest: int) -> Any:
    """Raises web.HTTPException: 400, 408, 413 or 415."""
    kind = request.content_type
    if "Content-Type" in request.headers and kind != AS_JSON and not kind.endswith("+json"):
        raise web.HTTPUnsupportedMediaType(text=f"I read JSON here: send it as {AS_JSON}.")
    content = await _read(request, largest, PATIENCE_S, Structure().look)
    try:
        return from_json(content, allow_inf_nan=False)
    except ValueError as error:
        # It says where, and repeats nothing.
        text = f"That body is no JSON that I can read: {error}."
        raise web.HTTPBadRequest(text=text) from None


async def read_raw(request: web.Request, largest: int, *, patience_s: float = PATIENCE_S) -> bytes:
    """Raises web.HTTPException: 400, 408, 413, 415, 429 or 503."""
    return bytes(await _read(request, largest, patience_s))


async def _read(
    request: web.Request,
    largest: int,
    patience_s: float,
    look: Callable[[bytes], None] | None = None,
) -> bytearray:
    intake = Intake(request, largest)
    content = bytearray()
    try:
        async with asyncio.timeout(patience_s):
            await intake.begin()
            async for piece in request.content.iter_chunked(2**16):
                intake.came(len(piece))
                if look is not None:
                    look(piece)
                content += piece
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="That body did not arrive in time.") from None
    except (web.RequestPayloadError, ConnectionError, RuntimeError, ValueError):
        raise web.HTTPBadRequest(text="That body did not arrive whole.") from None
    return content


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
    # Names, too, are as long as somebody likes.
    name = ".".join(str(part)[:SHOWN] for part in first["loc"])[:SHOWN] or "body"
    match first["type"]:
        case "extra_forbidden":
            known = [field.alias or name for name, field in kind.model_fields.items()]
            return f"I know no “{name}”. {did_you_mean(name, known)}"
        case "missing":
            return f"{name} is missing."
        case "string_too_short" if not first["input"]:
            return f"{name} is empty."
        case _:
            wrong = f"{first['msg'][:1].lower()}{first['msg'][1:]}"
            return f"{name}: {wrong}, not {_shown(first['input'])}."


def _shown(given: object) -> str:
    """What somebody sent, cut before it is written out: it may be as long as a body."""
    match given:
        case str() | bytes():
            return f"{given[:SHOWN]!r:.{SHOWN}}"
        case bool() | int() | float() | None:
            return f"{given!r:.{SHOWN}}"
        case Mapping():
            return "an object"
        case _:
            return "a list"
