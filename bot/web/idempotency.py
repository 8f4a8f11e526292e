"""Idempotency: the same key of the same caller again means the job of the first time."""

import asyncio
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.web.endpoint import Call
from engine.errors import InvalidRequest
from engine.sent import digest_of

ORIGIN = "http"
KEY = "Idempotency-Key"
A_KEY = re.compile(r"[\x21-\x7e]{1,255}")
HEADER: Mapping[str, Mapping[str, Any]] = {
    KEY: {
        "type": "string",
        "pattern": f"^{A_KEY.pattern}$",
        "description": (
            "Asking again with the same key answers with what came of it the first time, and "
            "paints and costs nothing more. It is yours alone, and is kept as long as the job is "
            "known: until all that is yours is forgotten. Another address or another body is "
            "another request, and is refused with 422 where the key was used; the order of the "
            "fields does not count, nor do those that are only about the answer. What you chose "
            "beforehand may change in between: the job stays as it was."
        ),
    }
}
"""For the document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What is done once, however often it comes with this `key`. `sent` is all that was said with
    it, by a digest."""

    key: str | None = None
    sent: str | None = None


async def once_in(call: Call, *, beside: Collection[str] = ()) -> Once:
    """`beside` are fields of the body that are about the answer only. Raises InvalidRequest."""
    key = key_in(call.request)
    if key is None:
        return Once()
    # There may be pictures in it.
    return Once(key=key, sent=await asyncio.to_thread(_sent, call, beside))


def key_in(request: web.Request) -> str | None:
    """Raises InvalidRequest."""
    key = request.headers.get(KEY)
    if key is None:
        return None
    if not A_KEY.fullmatch(key):
        raise InvalidRequest(f"{KEY} is 1 to 255 visible characters without spaces.")
    return f"{ORIGIN}:{key}"


def _sent(call: Call, beside: Collection[str]) -> str:
    """As it came, and so without what its owner chose beforehand."""
    said: Mapping[str, Any] = {}
    if call.asked is not None:
        said = call.asked.model_dump(exclude_defaults=True, exclude=set(beside))
    return digest_of({"address": call.request.path, "said": said})
