"""Buttons, selects, text, galleries: how they nest, what Discord refuses, how it answers."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import count
from typing import Any

from tests.discord_server.attachment import Attachment
from tests.discord_server.refused import Flaw, Json, Path


class Part(IntEnum):
    """Discord's own numbers."""

    ROW = 1
    BUTTON = 2
    SELECT = 3
    INPUT = 4
    USER_SELECT = 5
    ROLE_SELECT = 6
    MENTIONABLE_SELECT = 7
    CHANNEL_SELECT = 8
    SECTION = 9
    TEXT = 10
    THUMBNAIL = 11
    GALLERY = 12
    FILE = 13
    SEPARATOR = 14
    CONTAINER = 17
    LABEL = 18
    UPLOAD = 19
    RADIO = 21
    CHECKBOXES = 22
    CHECKBOX = 23


SELECTS = (
    Part.SELECT,
    Part.USER_SELECT,
    Part.ROLE_SELECT,
    Part.MENTIONABLE_SELECT,
    Part.CHANNEL_SELECT,
)
LINK, PREMIUM = 5, 6
MOST, MOST_TEXT, MOST_ROWS, MOST_BUTTONS = 40, 4000, 5, 5
ATTACHED = "attachment://"


def walk(components: Iterable[Json], path: Path = ("components",)) -> Iterator[tuple[Path, Json]]:
    """Every component with its place, those that hold others before what they hold."""
    for at, component in enumerate(components):
        here = (*path, at)
        yield here, component
        yield from walk(component.get("components") or (), (*here, "components"))
        for name in ("accessory", "component"):
            if name in component:
                yield (*here, name), component[name]


def texts_in(components: Iterable[Json]) -> list[str]:
    """The words of all text displays."""
    return [found["content"] for _, found in walk(components) if found["type"] == Part.TEXT]


def media_in(component: Json) -> Iterator[Json]:
    """What the component itself shows: pictures of a gallery, a thumbnail, a file."""
    yield from (item["media"] for item in component.get("items") or ())
    yield from (component[name] for name in ("media", "file") if name in component)


def flaws_in(components: list[Json], names: Iterable[str], *, new_kind: bool) -> Iterator[Flaw]:
    """What Discord refuses beyond what its description says."""
    every = list(walk(components))
    if new_kind:
        yield from _flaws_of_new_kind(components, every, set(names))
    else:
        if len(components) > MOST_ROWS:
            yield _flaw(("components",), "BASE_TYPE_MAX_LENGTH", "Must be 5 or fewer in length.")
        for at, component in enumerate(components):
            if component["type"] != Part.ROW:
                message = 'Value of field "type" must be one of (1,).'
                yield _flaw(("components", at), "UNION_TYPE_CHOICES", message)
    yield from _flaws_of_ids(every)
    for path, component in every:
        if component["type"] == Part.ROW:
            yield from _flaws_of_row(path, component)
        elif component["type"] == Part.BUTTON:
            yield from _flaws_of_button(path, component)
        elif component["type"] == Part.SELECT:
            yield from _flaws_of_select(path, component)


def _flaws_of_new_kind(
    components: list[Json], every: list[tuple[Path, Json]], names: set[str]
) -> Iterator[Flaw]:
    if len(every) > MOST:
        message = f"The total number of components must be at most {MOST}."
        yield _flaw(("components",), "BASE_TYPE_MAX_LENGTH", message)
    if sum(map(len, texts_in(components))) > MOST_TEXT:
        message = f"The words of all components must be {MOST_TEXT} or fewer in length."
        yield _flaw(("components",), "COMPONENT_MAX_TOTAL_TEXT_LENGTH", message)
    for path, component in every:
        if component["type"] == Part.TEXT and not component["content"].strip():
            yield _flaw((*path, "content"), "BASE_TYPE_REQUIRED", "This field is required")
        for media in media_in(component):
            url = media["url"]
            if not url.startswith((ATTACHED, "http://", "https://")):
                yield _flaw(path, "URL_TYPE_INVALID_SCHEME", "Not a scheme for pictures.")
            if url.startswith(ATTACHED) and url.removeprefix(ATTACHED) not in names:
                message = "The referenced attachment was not found."
                code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
                yield _flaw(path, code, message)


def _flaws_of_ids(every: list[tuple[Path, Json]]) -> Iterator[Flaw]:
    seen_ids: set[int] = set()
    seen_custom: set[str] = set()
    for path, component in every:
        number, custom = component.get("id"), component.get("custom_id")
        if number and number in seen_ids:
            message = "Component id cannot be duplicated."
            yield _flaw((*path, "id"), "COMPONENT_ID_DUPLICATED", message)
        if custom is not None and custom in seen_custom:
            message = "Component custom id cannot be duplicated."
            yield _flaw((*path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        seen_ids.add(number or 0)
        seen_custom.update([custom] if custom is not None else [])


def _flaws_of_row(path: Path, row: Json) -> Iterator[Flaw]:
    inside = row["components"]
    buttons = sum(component["type"] == Part.BUTTON for component in inside)
    if not inside:
        message = "Must be between 1 and 5 in length."
        yield _flaw((*path, "components"), "BASE_TYPE_BAD_LENGTH", message)
    elif buttons > MOST_BUTTONS or (buttons != len(inside) and len(inside) > 1):
        message = "The specified components exceed the maximum width."
        yield _flaw((*path, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _flaws_of_button(path: Path, button: Json) -> Iterator[Flaw]:
    custom, url = button.get("custom_id"), button.get("url")
    if button["style"] == LINK and (not url or custom):
        yield _flaw(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required, and no custom id.")
    if button["style"] not in (LINK, PREMIUM) and (not custom or url):
        message = "A custom id is required, and no url."
        yield _flaw(path, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", message)
    if url and not url.startswith(("http://", "https://", "discord://")):
        yield _flaw((*path, "url"), "URL_TYPE_INVALID_SCHEME", "Not a scheme for links.")
    emoji = button.get("emoji") or {}
    if emoji and not emoji.get("id") and (emoji.get("name") or "").isascii():
        yield _flaw((*path, "emoji", "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")
    if button["style"] != PREMIUM and not (button.get("label") or button.get("emoji")):
        message = "A button needs a label or an emoji."
        yield _flaw(path, "BUTTON_COMPONENT_INVALID_LABEL_OR_EMOJI", message)


def _flaws_of_select(path: Path, select: Json) -> Iterator[Flaw]:
    options = select.get("options") or []
    values = [option["value"] for option in options]
    if len(set(values)) < len(values):
        message = "The specified option value is already used."
        yield _flaw((*path, "options"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
    most = 1 if select.get("max_values") is None else select["max_values"]
    least = 1 if select.get("min_values") is None else select["min_values"]
    if least > most or most > len(options):
        message = "min_values <= max_values <= options does not hold."
        yield _flaw(path, "SELECT_COMPONENT_INVALID_RANGE", message)


def _flaw(path: Path, code: str, message: str) -> Flaw:
    return Flaw(path=path, code=code, message=message)


def answered(components: list[Json], files: Mapping[str, Attachment]) -> list[Json]:
    """The components as Discord gives them back: each with its number, pictures with links."""
    taken = {component.get("id") for _, component in walk(components)}
    free = (number for number in count(1) if number not in taken)
    return [_answered(component, files, free) for component in components]


def _answered(component: Json, files: Mapping[str, Attachment], free: Iterator[int]) -> Json:
    told: Json = {name: value for name, value in component.items() if value is not None}
    told["id"] = component.get("id") or next(free)
    if "components" in told:
        told["components"] = [_answered(inside, files, free) for inside in told["components"]]
    for name in ("accessory", "component"):
        if name in told:
            told[name] = _answered(told[name], files, free)
    match component["type"]:
        case kind if kind in SELECTS:
            told = {"min_values": 1, "max_values": 1, **told}
        case Part.THUMBNAIL:
            told = {"description": None, "spoiler": False, **told}
            told["media"] = _unfurled(told["media"], files, told["id"])
        case Part.GALLERY:
            told["items"] = [
                {
                    "description": item.get("description"),
                    "spoiler": bool(item.get("spoiler")),
                    "media": _unfurled(item["media"], files, told["id"] * 100 + at),
                }
                for at, item in enumerate(told["items"])
            ]
        case Part.FILE:
            told = {"spoiler": False, **told}
            told["file"] = _unfurled(told["file"], files, told["id"])
            attached = files.get(component["file"]["url"].removeprefix(ATTACHED))
            told["name"] = attached.name if attached else None
            told["size"] = len(attached.content) if attached else None
        case Part.SEPARATOR:
            told = {"spacing": 1, "divider": True, **told}
        case Part.CONTAINER:
            told = {"accent_color": None, "spoiler": False, **told}
    return told


def _unfurled(media: Json, files: Mapping[str, Attachment], number: int) -> Json:
    url = media["url"]
    attached = files.get(url.removeprefix(ATTACHED)) or next(
        (file for file in files.values() if file.url == url), None
    )
    told: dict[str, Any] = {"id": str(number), "url": url, "proxy_url": url}
    if attached:
        width, height = attached.size_px or (None, None)
        told |= {"id": str(attached.id), "url": attached.url, "proxy_url": attached.url}
        told |= {"width": width, "height": height, "content_type": attached.kind}
        told["attachment_id"] = str(attached.id)
    return told
