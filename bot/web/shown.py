"""Shown: a file that never changes is sent once, and afterwards only confirmed."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus

from aiohttp import web

FOR_EVER = "private, max-age=31536000, immutable"


async def shown(
    request: web.Request,
    name: str,
    read: Callable[[], Awaitable[bytes]],
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """`name` is never that of anything else: its digest, or what is made of that."""
    tag = f'"{name}"'
    told = {**(headers or {}), "Cache-Control": FOR_EVER, "ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=told)
    file = await read()
    return web.Response(body=file, content_type=_kind_of(file), headers=told)


def _kind_of(file: bytes) -> str:
    """By its first bytes: whatever it was called when it came, no browser takes it for a page."""
    if file.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if file[8:12] == b"WEBP" else "image/png"
