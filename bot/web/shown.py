"""Shown: a file that never changes is sent once, and afterwards only confirmed."""

from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web

from engine.ports import Ledger

FOR_EVER = "private, max-age=31536000, immutable"


async def shown(
    request: web.Request, ledger: Ledger, digest: str, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Its digest is its tag. Raises NotFound."""
    tag = f'"{digest}"'
    told = {**(headers or {}), "Cache-Control": FOR_EVER, "ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=told)
    file = await ledger.file(digest)
    return web.Response(body=file, content_type=_kind_of(file), headers=told)


def _kind_of(file: bytes) -> str:
    """By its first bytes: whatever it was called when it came, no browser takes it for a page."""
    if file.startswith(b"\xff\xd8"):
        return "image/jpeg"
    return "image/webp" if file[8:12] == b"WEBP" else "image/png"
