"""The files of messages, and the host that serves them."""

import re
import secrets
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from tests.discord_server.clock import Clock, born
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import Json

LINK_LIFE_S = 24 * 3600.0
UNWANTED = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file as a message has it."""

    id: int
    name: str
    kind: str
    url: str
    content: bytes = field(repr=False)
    size_px: tuple[int, int] | None = None
    description: str | None = None
    ephemeral: bool = False

    @property
    def spoiler(self) -> bool:
        """Whether it is hidden until somebody clicks."""
        return self.name.startswith("SPOILER_")

    def written(self) -> Json:
        """As Discord writes it."""
        told: dict[str, Any] = {
            "id": str(self.id),
            "filename": self.name,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.kind,
        }
        if self.size_px:
            told["width"], told["height"] = self.size_px
        if self.description:
            told["description"] = self.description
        if self.ephemeral:
            told["ephemeral"] = True
        return told


class Files:
    """Everything that was ever uploaded. Links are signed and live for a day."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[int, int, str], tuple[Attachment, str]] = {}
        self.address = ""

    def keep(
        self,
        channel: int,
        upload: Upload,
        description: str | None = None,
        *,
        spoiler: bool = False,
        ephemeral: bool = False,
    ) -> Attachment:
        """Give the file an id and a link."""
        name = UNWANTED.sub("_", upload.name).strip("._") or "unknown"
        if spoiler and not name.startswith("SPOILER_"):
            name = f"SPOILER_{name}"
        attachment = Attachment(
            id=self._clock.new_id(),
            name=name,
            kind=upload.kind,
            url="",
            content=upload.content,
            size_px=_pixels(upload),
            description=description,
            ephemeral=ephemeral,
        )
        seal = secrets.token_hex(16)
        expiry = format(int(self._clock.now() + LINK_LIFE_S), "x")
        where = f"{self.address}/cdn/attachments/{channel}/{attachment.id}/{name}"
        attachment = replace(attachment, url=f"{where}?ex={expiry}&hm={seal}")
        self._kept[channel, attachment.id, name] = (attachment, seal)
        return attachment

    def forget(self, before: float) -> None:
        """Those that nobody will fetch any more."""
        self._kept = {key: kept for key, kept in self._kept.items() if born(key[1]) >= before}

    def served(self, request: web.Request) -> web.Response:
        """The file, where the link is the one that was given out and is not too old."""
        place = request.match_info
        key = (int(place["channel_id"]), int(place["attachment_id"]), place["filename"])
        found = self._kept.get(key)
        if found is None:
            return web.Response(status=404, text="")
        attachment, seal = found
        expiry = request.query.get("ex", "0")
        if request.query.get("hm") != seal or int(expiry, 16) < self._clock.now():
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=attachment.content, content_type=attachment.kind)


def _pixels(upload: Upload) -> tuple[int, int] | None:
    if not upload.kind.startswith("image/"):
        return None
    try:
        with Image.open(BytesIO(upload.content)) as image:
            return image.size
    except (UnidentifiedImageError, OSError):
        return None
