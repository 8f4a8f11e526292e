"""Idempotency: the same key of the same caller again means the job of the first time."""

import re

from aiohttp import web

from engine.errors import InvalidRequest

ORIGIN = "http"
KEY = "Idempotency-Key"
A_KEY = re.compile(r"[\x21-\x7e]{1,255}")
HEADER = {KEY: {"type": "string", "pattern": f"^{A_KEY.pattern}$"}}
"""For the document."""


def key_in(request: web.Request) -> str | None:
    """Raises InvalidRequest."""
    key = request.headers.get(KEY)
    if key is None:
        return None
    if not A_KEY.fullmatch(key):
        raise InvalidRequest(f"{KEY} is 1 to 255 visible characters without spaces.")
    return f"{ORIGIN}:{key}"
