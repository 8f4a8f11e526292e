"""How somebody's pictures look: many at once, small, and one in full."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from bot import messages
from bot.discord.looks.counted import pictures_of, steps_of
from bot.discord.looks.remade import larger, seed_of
from bot.discord.messages.parts import (
    RED,
    Part,
    Post,
    Upload,
    button,
    gallery,
    option,
    row,
    select,
    text,
)
from bot.discord.messages.uploads import packed
from bot.discord.speech.refusals import translated
from bot.discord.speech.shown import plainly, shown
from bot.discord.speech.words import say
from bot.discord.typed.sought import Typed, written
from engine.gallery import Shown
from engine.job import Picture, Recipe, Remembered

MOST = 9
MOST_COUNTED = 1000
"""Nobody counts further, and no database has to."""
SIDE = 320
QUALITY = 75
LONGEST_PROMPT = 100
FAVOURITE = "★"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amid:
    """How many pictures fit, and how many of them are newer than those of a page."""

    newer: int
    all: int


def page(
    pictures: Sequence[Remembered],
    previews: Mapping[int, bytes],
    typed: Typed,
    *,
    newer: bool,
    older: bool,
    place: Amid | None,
) -> Post:
    """Whether there are newer and older ones than these. `previews` are WebP, by number."""
    parts: list[Part] = [text(written(typed))] if typed else []
    uploads = tuple(
        Upload(name=f"{number}.webp", kind="image/webp", content=preview)
        for number, preview in previews.items()
    )
    if uploads:
        parts.append(gallery(uploads))
    if pictures:
        parts.append(text("\n".join(map(_line, pictures))))
        options = (option(_label(one), str(one.number), facts(one.recipe)) for one in pictures)
        parts.append(select("open", "0", say("history.choose"), options))
    else:
        parts.append(text(say("history.nothing_fits") if typed else say("history.nothing")))
    if place:
        parts.append(text(f"-# {numbered(place)}"))
    buttons = []
    if newer:
        buttons.append(button(say("history.newest"), "older", "0"))
        buttons.append(button(say("history.newer"), "newer", str(pictures[0].number)))
    if older:
        buttons.append(button(say("history.older"), "older", str(pictures[-1].number)))
    return Post(parts=(*parts, row(*buttons)) if buttons else tuple(parts), uploads=uploads)


def really_delete(picture: Remembered) -> Post:
    """The question before one is deleted."""
    prompt = shown(picture.recipe.prompt, LONGEST_PROMPT)
    number = str(picture.number)
    yes = button(say("history.yes"), "removeyes", number, style=RED)
    no = button(say("history.keep"), "removeno", number)
    words = say("history.really", number=number, prompt=prompt)
    return Post(parts=(text(words), row(yes, no)))


async def whole(found: Shown, png: bytes, *, each: int, shared_by: int | None = None) -> Post:
    """One in full, in no file above `each` bytes; with who shows it to everybody."""
    # A large one is encoded anew, which takes seconds.
    return await asyncio.to_thread(_whole, found, png, each, shared_by)


async def previewed(png: bytes) -> bytes:
    """Small enough that nine of them are there at once."""
    return await asyncio.to_thread(_preview, png)


def facts(recipe: Recipe) -> str:
    """Of a recipe, in a line without marks."""
    told = [seed_of([recipe]), plainly(recipe.model), messages.size(recipe)]
    return " · ".join([*told, *steps_of(recipe), *larger(recipe)])


def _whole(found: Shown, png: bytes, each: int, shared_by: int | None) -> Post:
    picture = found.picture
    painted = Picture(recipe=picture.recipe, png=png, seconds=picture.seconds)
    pack = packed([painted], each=each)
    uploads = pack.parts[0]
    parts = [text(say("history.shared", user=shared_by))] if shared_by else []
    parts.append(text(shown(picture.recipe.prompt)))
    if uploads:
        parts.append(gallery(uploads))
    star = f"{FAVOURITE} " if picture.favourite and not shared_by else ""
    number = "" if shared_by else f"**{picture.number}** · "
    lines = [f"-# {star}{number}{shown(facts(picture.recipe), 300)} · {_when(picture)}"]
    lines += [f"-# {translated(note)}" for note in picture.notes]
    if pack.kind:
        lines.append(f"-# {say('converted', kind=pack.kind)}")
    if not uploads:
        lines.append(f"-# {say('too_large', count=1)}")
    parts.append(text("\n".join(lines)))
    if not shared_by:
        number = str(picture.number)
        share = button(say("history.share"), "share", number)
        parts.append(row(share, button(say("history.delete"), "remove", number, style=RED)))
    return Post(parts=tuple(parts), uploads=uploads)


def _preview(png: bytes) -> bytes:
    buffer = BytesIO()
    with Image.open(BytesIO(png)) as image:
        image.thumbnail((SIDE, SIDE))
        image.convert("RGB").save(buffer, "WebP", quality=QUALITY)
    return buffer.getvalue()


def _line(picture: Remembered) -> str:
    star = f"{FAVOURITE} " if picture.favourite else ""
    words = shown(picture.recipe.prompt, LONGEST_PROMPT)
    told = (words, seed_of([picture.recipe]), *larger(picture.recipe), _when(picture))
    return f"{star}**{picture.number}** · {' · '.join(told)}"


def _label(picture: Remembered) -> str:
    return f"{picture.number} · {plainly(picture.recipe.prompt)}"


def numbered(place: Amid) -> str:
    """Like page 2 of 14."""
    page = -(-place.newer // MOST) + 1
    if place.newer > MOST_COUNTED:
        return say("history.of_many", most=MOST_COUNTED)
    if place.all > MOST_COUNTED:
        return say("history.page_of_many", page=page, most=MOST_COUNTED)
    pages = max(page, -(-place.all // MOST))
    return say("history.page", page=page, pages=pages, pictures=pictures_of(place.all))


def _when(picture: Remembered) -> str:
    """Discord says it in the reader's time."""
    return f"<t:{round(picture.painted.timestamp())}:R>"
