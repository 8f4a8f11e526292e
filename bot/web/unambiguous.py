"""Unambiguous: a request says by one name whom it means, and each thing about itself once."""

import re

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.web.wrong import shown

A_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)
"""A name or an address, perhaps with a port. It goes into the addresses that are answered."""
ONCE = ("Authorization", "Idempotency-Key")
"""Of two of them nobody knows which is meant; who comes between may have read the other one."""


@web.middleware
async def unambiguous(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Raises web.HTTPBadRequest."""
    host = request.headers.get("Host")
    if host is not None and not A_HOST.fullmatch(host):
        raise web.HTTPBadRequest(
            text=f"The header Host is a name or an address, perhaps with a port, and not "
            f"{shown(host)}."
        )
    for name in ONCE:
        if len(request.headers.getall(name, ())) > 1:
            raise web.HTTPBadRequest(text=f"The header {name} is there twice. Send one of them.")
    return await handler(request)
