"""Bodies: what comes in is measured first, then read, then checked, and never trusted."""

import asyncio
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from bot.web.fields import TYPED
from bot.web.intake import Intake
from bot.web.structure import Structure
from bot.web.wrong import sentence_about
from engine.errors import InvalidRequest

PATIENCE_S = 60.0
"""A body that takes longer is not meant to arrive."""
AS_JSON = "application/json"
UTF_8 = "utf-8"
AS_FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 64


async def read_json(request: web.Request, largest: int) -> Any:
    """Raises web.HTTPException: 400, 408, 413 or 415; InvalidRequest for two fields of a name."""
    kind = request.content_type
    if "Content-Type" in request.headers and kind != AS_JSON and not kind.endswith("+json"):
        raise web.HTTPUnsupportedMediaType(text=f"I read JSON here: send it as {AS_JSON}.")
    content = await _read(request, largest, PATIENCE_S, Structure().look)
    # Some editors write that mark before everything.
    if content.startswith(BOM_UTF8):
        del content[: len(BOM_UTF8)]
    try:
        found = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        # It says where, and repeats nothing.
        text = f"That body is no JSON that I can read: {error}."
        raise web.HTTPBadRequest(text=text) from None
    # Of two fields of a name it keeps the last, and says nothing.
    json.loads(content, object_pairs_hook=_once, parse_int=_unread, parse_float=_unread)
    return found


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


def checked(kind: type[BaseModel], content: Any, *, typed: bool = False) -> BaseModel:
    """What is `typed` has kinds of its own, as JSON has: "20" is no number there.

    Raises InvalidRequest with a sentence about the first thing that is wrong.
    """
    if not isinstance(content, Mapping):
        raise InvalidRequest('Send an object of JSON, like {"prompt": "a fox"}.')
    try:
        return kind.model_validate(content, context={TYPED: typed})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InvalidRequest(sentence_about(first, kind)) from None


def checked_query(kind: type[BaseModel], query: MultiMapping[str]) -> BaseModel:
    """Raises InvalidRequest."""
    for name in query:
        if len(query.getall(name)) > 1:
            raise InvalidRequest(f"{name:.60} is there twice. Keep one of them.")
    return checked(kind, dict(query))


def _unread(_: str) -> None:
    """A number may have more digits than Python reads."""


def _once(pairs: Sequence[tuple[str, object]]) -> None:
    """Raises InvalidRequest. All of it was read already, and so nothing is kept here."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise InvalidRequest(f"{name:.60} is there twice. Keep one of them.")
        seen.add(name)
