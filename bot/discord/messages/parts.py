"""Parts of messages in Discord's own form: texts, galleries, buttons."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Part = dict[str, Any]

NEW_COMPONENTS = 1 << 15
"""The flag of messages that are made of components alone."""
ONLY_FOR_YOU = 1 << 6
ROW, BUTTON, SELECT, TEXT, GALLERY, FILE = 1, 2, 3, 10, 12, 13
GREY, RED = 2, 4
LONGEST_TEXT = 3800
"""All texts of a message together; Discord takes 4000."""
LONGEST_SHOWN = 1000
LONGEST_LABEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way to Discord. `shows` says what is on a picture to who cannot see it."""

    name: str
    kind: str
    shows: str = ""
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message with its files."""

    parts: tuple[Part, ...]
    uploads: tuple[Upload, ...] = ()

    @property
    def form(self) -> dict[str, Any]:
        """As Discord wants it. Nobody is ever pinged, and files of before are taken away."""
        return {
            "flags": NEW_COMPONENTS,
            "components": _fitting(self.parts),
            "attachments": [
                {"id": number, "filename": upload.name}
                for number, upload in enumerate(self.uploads)
            ],
            "allowed_mentions": {"parse": []},
        }


def _fitting(parts: Iterable[Part]) -> list[Part]:
    """With their longest texts cut where all of them together are too long."""
    there = list(parts)
    lengths = sorted(len(part["content"]) for part in there if part["type"] == TEXT)
    if sum(lengths) <= LONGEST_TEXT:
        return there
    left, most = LONGEST_TEXT, 0
    for place, length in enumerate(lengths):
        most = left // (len(lengths) - place)
        if length > most:
            break
        left -= length
    return [_cut(part, most) if part["type"] == TEXT else part for part in there]


def _cut(part: Part, most: int) -> Part:
    words = part["content"]
    return part if len(words) <= most else {**part, "content": f"{words[: most - 1]}…"}


def text(words: str) -> Part:
    return {"type": TEXT, "content": words[:LONGEST_TEXT]}


def sentence(words: str) -> Post:
    return Post(parts=(text(words),))


def gallery(uploads: Iterable[Upload]) -> Part:
    return {"type": GALLERY, "items": [_item(upload) for upload in uploads]}


def _item(upload: Upload) -> Part:
    media = {"media": {"url": f"attachment://{upload.name}"}}
    return {**media, "description": upload.shows[:LONGEST_SHOWN]} if upload.shows else media


def row(*buttons: Part) -> Part:
    return {"type": ROW, "components": list(buttons)}


def attached(upload: Upload) -> Part:
    """A file that is no picture."""
    return {"type": FILE, "file": {"url": f"attachment://{upload.name}"}}


def button(
    label: str, action: str, job: str, *, tile: int | None = None, style: int = GREY
) -> Part:
    """It says itself what it does, so that it works for ever."""
    custom = f"easel:{action}:{job}" if tile is None else f"easel:{action}:{job}:{tile}"
    return {"type": BUTTON, "style": style, "label": label, "custom_id": custom}


def select(action: str, target: str, placeholder: str, options: Iterable[Part]) -> Part:
    """A list to choose one thing from, in a row of its own."""
    there = list(options)
    custom = f"easel:{action}:{target}"
    return row({"type": SELECT, "custom_id": custom, "placeholder": placeholder, "options": there})


def option(label: str, value: str, about: str = "") -> Part:
    """One of what a list offers."""
    told = {"label": label[:LONGEST_LABEL], "value": value}
    return {**told, "description": about[:LONGEST_LABEL]} if about else told
