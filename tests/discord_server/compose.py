"""A form becomes what a message says, or Discord's refusal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.discord_server.attachment import Attachment, Files
from tests.discord_server.body import Body
from tests.discord_server.components import answered, flaws_in, texts_in
from tests.discord_server.mentions import pings_of
from tests.discord_server.message import PLAIN, Flag, Version
from tests.discord_server.nouns import Upload
from tests.discord_server.refused import (
    Flaw,
    Json,
    empty_message,
    flaw,
    invalid_form,
    too_large,
)

MOST_CONTENT, MOST_EMBED, MOST_FILES = 2000, 6000, 10
SETTABLE = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.COMPONENTS_V2
LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the message goes, and what Discord makes of what its form does not say."""

    channel: int
    at: float
    upload_limit: int
    usual_pings: Iterable[str]
    private: bool = False
    settable: Flag = SETTABLE


def compose(body: Body, files: Files, frame: Frame, before: Version | None = None) -> Version:
    """What the message says with this form, or with this form laid over what it said before."""
    form: Json = body.form or {}
    old = before or Version(at=frame.at)
    flags = _flags(form, frame, before)
    # Space around the words is taken away, so words of nothing but space are none.
    content = (form.get("content", old.content) or "").strip()
    embeds = tuple(form.get("embeds", old.embeds) or ())
    new_kind = Flag.COMPONENTS_V2 in flags
    _check_words(content, embeds, new_kind=new_kind)
    kept = _kept(form, old)
    listed = _listed(form)
    _check_files(body.files, kept, frame)
    names = {file.name for file in kept} | {upload.name for upload in body.files.values()}
    components = old.components
    if "components" in form:
        wanted = form["components"] or []
        flaws = list(flaws_in(wanted, names, new_kind=new_kind))
        if flaws:
            raise invalid_form(*flaws)
    new = [
        _stored(files, frame, upload, listed.get(number, {}))
        for number, upload in sorted(body.files.items())
    ]
    attachments = (*kept, *new)
    if "components" in form:
        by_name = {file.name: file for file in attachments}
        by_name |= {upload.name: file for upload, file in _pairs(body, new)}
        components = tuple(answered(form["components"] or [], by_name))
    if not (content or embeds or components or attachments):
        raise empty_message()
    texts = [content, *texts_in(components)]
    pings = pings_of(texts, form.get("allowed_mentions"), frame.usual_pings)
    return Version(
        at=frame.at,
        content=content,
        embeds=tuple({"type": "rich", **_without_empty(embed)} for embed in embeds),
        components=components,
        attachments=attachments,
        flags=flags,
        pings=pings,
    )


def _pairs(body: Body, new: Sequence[Attachment]) -> Iterable[tuple[Upload, Attachment]]:
    uploads = [upload for _, upload in sorted(body.files.items())]
    return zip(uploads, new, strict=True)


def _flags(form: Json, frame: Frame, before: Version | None) -> Flag:
    asked = Flag(form.get("flags") or 0)
    kept, settable = PLAIN, frame.settable
    if before is not None:
        # The newer components cannot be given up again, and who sees it is decided once.
        kept = before.flags & Flag.COMPONENTS_V2
        settable &= ~Flag.EPHEMERAL
    if frame.private:
        kept |= Flag.EPHEMERAL
    return (asked & settable) | kept


def _check_words(content: str, embeds: tuple[Json, ...], *, new_kind: bool) -> None:
    if len(content) > MOST_CONTENT:
        raise flaw("content", "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length.")
    if sum(map(_length, embeds)) > MOST_EMBED:
        message = "Embed size exceeds maximum size of 6000"
        raise flaw("embeds", "MAX_EMBED_SIZE_EXCEEDED", message)
    used = {"content": content, "embeds": embeds}
    flaws = [
        Flaw(path=(name,), code=LEGACY, message="The field cannot be used with these components.")
        for name, value in used.items()
        if new_kind and value
    ]
    if flaws:
        raise invalid_form(*flaws)


def _length(embed: Json) -> int:
    words = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    words.append((embed.get("author") or {}).get("name"))
    for field in embed.get("fields") or ():
        words += [field["name"], field["value"]]
    return sum(len(word) for word in words if word)


def _without_empty(embed: Json) -> Json:
    told = {name: value for name, value in embed.items() if value is not None}
    if "fields" in told:
        told["fields"] = [{"inline": False, **field} for field in told["fields"]]
    return told


def _kept(form: Json, old: Version) -> list[Attachment]:
    """The files that stay: all, or where the form lists files, only those."""
    if form.get("attachments") is None:
        return list(old.attachments) if "attachments" not in form else []
    there = {file.id: file for file in old.attachments}
    wanted = [int(listed["id"]) for listed in form["attachments"]]
    # Small numbers stand for the files that come along.
    if any(number not in there and number > MOST_FILES for number in wanted):
        raise flaw("attachments", "ATTACHMENT_NOT_FOUND", "The message has no such attachment.")
    return [there[number] for number in wanted if number in there]


def _listed(form: Json) -> dict[int, Json]:
    return {int(listed["id"]): listed for listed in form.get("attachments") or ()}


def _check_files(coming: dict[int, Upload], kept: list[Attachment], frame: Frame) -> None:
    if any(len(upload.content) > frame.upload_limit for upload in coming.values()):
        raise too_large()
    if len(coming) + len(kept) > MOST_FILES:
        raise flaw("attachments", "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")


def _stored(files: Files, frame: Frame, upload: Upload, listed: Json) -> Attachment:
    name = listed.get("filename") or upload.name
    return files.keep(
        frame.channel,
        Upload(name=name, content=upload.content, kind=upload.kind),
        listed.get("description"),
        spoiler=bool(listed.get("is_spoiler")),
        ephemeral=frame.private,
    )
