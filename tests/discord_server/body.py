"""What came along with a request: a form in JSON, and files."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.discord_server.nouns import MEBIBYTE, Upload
from tests.discord_server.refused import Flaw, invalid_form, too_large

WHOLE_REQUEST = 25 * MEBIBYTE
FILE_FIELD = re.compile(r"files\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The form, and the files by their numbers in it."""

    form: Any = None
    files: dict[int, Upload] = field(default_factory=dict)


async def read_body(request: web.Request) -> Body:
    """Whatever of the three kinds it is, or Discord's refusal."""
    try:
        if request.content_type.startswith("multipart/"):
            return await _read_parts(request)
        content = await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise too_large() from None
    return Body(form=_read_json(content) if content else None)


async def _read_parts(request: web.Request) -> Body:
    form: Any = None
    files: dict[int, Upload] = {}
    parts = await request.multipart()
    total = 0
    async for part in parts:
        # Parts within parts are nothing that Discord takes.
        if not isinstance(part, BodyPartReader):
            raise invalid_form(Flaw(path=(), code="MULTIPART", message="Parts within parts."))
        content = bytes(await part.read())
        total += len(content)
        if total > WHOLE_REQUEST:
            raise too_large()
        if part.name == "payload_json":
            form = _read_json(content)
        elif found := FILE_FIELD.fullmatch(part.name or ""):
            kind = part.headers.get("Content-Type", "application/octet-stream")
            name = part.filename or "unknown"
            files[int(found[1])] = Upload(name=name, content=content, kind=kind)
    return Body(form=form if form is not None else {}, files=files)


def _read_json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        raise invalid_form(
            Flaw(path=(), code="JSON", message="The request body contains invalid JSON.")
        ) from None
