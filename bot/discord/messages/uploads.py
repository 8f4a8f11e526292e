"""Pictures as files that Discord takes: PNG where it fits, else WebP, else JPEG, else in parts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.discord.messages.parts import Upload
from bot.discord.speech.shown import plainly
from bot.encoded import encoded, opened
from engine.job import Picture

WHOLE = 24 * 2**20
"""Of a request; Discord takes 25 MiB, and the words of the message need some of it."""
MOST_FILES = 10
KINDS = ("PNG", "WebP", "JPEG")
QUALITIES = (90, 75, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One message's files after another. `kind` is what they are where they are no PNG.

    `places` says of each file the how many-th picture it is.
    """

    parts: tuple[tuple[Upload, ...], ...]
    places: tuple[tuple[int, ...], ...] = ()
    kind: str | None = None
    left_out: int = 0


def packed(pictures: Sequence[Picture], *, each: int, whole: int = WHOLE) -> Packed:
    """No file above `each`, no message above `whole`."""
    uploads: list[Upload | None] = []
    for kind in KINDS:
        uploads = [_upload(n, picture, kind, each) for n, picture in enumerate(pictures)]
        there = [upload for upload in uploads if upload]
        if len(there) == len(pictures) and sum(len(one.content) for one in there) <= whole:
            break
    numbered = [(place, upload) for place, upload in enumerate(uploads) if upload]
    messages = _split(numbered, whole)
    return Packed(
        parts=tuple(tuple(upload for _, upload in message) for message in messages),
        places=tuple(tuple(place for place, _ in message) for message in messages),
        kind=None if kind == KINDS[0] else kind,
        left_out=len(uploads) - len(numbered),
    )


def _split(uploads: Sequence[tuple[int, Upload]], whole: int) -> list[list[tuple[int, Upload]]]:
    parts: list[list[tuple[int, Upload]]] = [[]]
    for place, upload in uploads:
        size = sum(len(one.content) for _, one in parts[-1]) + len(upload.content)
        if parts[-1] and (size > whole or len(parts[-1]) == MOST_FILES):
            parts.append([])
        parts[-1].append((place, upload))
    return parts


def _upload(number: int, picture: Picture, kind: str, each: int) -> Upload | None:
    """None where it does not fit."""
    name = f"{number}.{'jpg' if kind == 'JPEG' else kind.lower()}"
    versions: Iterable[bytes] = [picture.png]
    if kind != "PNG":
        image = opened(picture.png, kind)
        versions = (encoded(image, kind, quality) for quality in QUALITIES)
    content = next((version for version in versions if len(version) <= each), None)
    if content is None:
        return None
    shows = plainly(picture.recipe.prompt)
    return Upload(name=name, kind=f"image/{kind.lower()}", content=content, shows=shows)
