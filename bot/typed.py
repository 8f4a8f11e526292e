"""Defaults and settings as people type them: `--size 512x768 --style none --models a,b`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.owner import LOCAL
from bot.sizes import read_aspect, read_size
from bot.terms import read_person
from engine.choices import Kind, Whose
from engine.errors import InvalidRequest
from engine.moderation import person as person_id

DEFAULT = "default"
"""Nothing of one's own: what the server says, or the model."""
NONE = "none"
"""Nothing at all, where the server may have something."""
WORDS = {"yes": True, "on": True, "no": False, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What to change, by the names of the fields, and what to forget."""

    change: Mapping[str, Any]
    forget: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.change or self.forget)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Option:
    """The fields that an option sets, and how its word is read."""

    fields: tuple[str, ...]
    read: Callable[[str], tuple[Any, ...]] = lambda word: (word,)


def read_preferences(typed: Mapping[str, str | None]) -> Typed:
    """By the names of the options. Raises InvalidRequest."""
    return _read(typed, PREFERENCES)


def read_server_settings(typed: Mapping[str, str | None]) -> Typed:
    """By the names of the options. Raises InvalidRequest."""
    return _read(typed, SETTINGS)


def read_whose(person: str | None, server: str | None) -> Whose:
    """Whoever sits at this machine, unless somebody is named."""
    if person is not None and server is not None:
        raise InvalidRequest("Name a person or a server, not both at once.")
    if server is not None:
        # Digits alone are Discord's, as those of people are.
        return Whose(kind=Kind.SERVER, id=read_person(server))
    id = LOCAL.id if person is None else person_id(read_person(person))
    return Whose(kind=Kind.PERSON, id=id)


def _read(typed: Mapping[str, str | None], options: Mapping[str, _Option]) -> Typed:
    change: dict[str, Any] = {}
    forget: set[str] = set()
    for name, word in typed.items():
        if word is None:
            continue
        if word.strip().lower() == DEFAULT:
            forget.update(options[name].fields)
        else:
            values = options[name].read(word.strip())
            change |= dict(zip(options[name].fields, values, strict=True))
    return Typed(change=change, forget=frozenset(forget))


def _or_nothing(word: str) -> tuple[str]:
    return ("" if word.lower() == NONE else word,)


def _yes_or_no(word: str) -> tuple[bool]:
    if word.lower() not in WORDS:
        raise InvalidRequest(f"“{word:.60}” is neither yes nor no.")
    return (WORDS[word.lower()],)


def _count(word: str) -> tuple[int | None]:
    if word.lower() == NONE:
        return (None,)
    if not (word.isascii() and word.isdigit() and len(word) < 10):
        raise InvalidRequest(f"“{word:.60}” is no count. Take a whole number, or none.")
    return (int(word),)


def _list(word: str) -> tuple[list[str]]:
    if word.lower() in {NONE, ""}:
        return ([],)
    parts = (" ".join(part.split()) for part in word.split(","))
    return (list(dict.fromkeys(part for part in parts if part)),)


def _measure(word: str) -> tuple[str]:
    return (word.lower(),)


def _measures(word: str) -> tuple[list[tuple[str, str]]]:
    """Channels with their measures, like 42:refuse,43:mark; the last one of a channel counts."""
    pairs: dict[str, str] = {}
    for part in _list(word)[0]:
        channel, sign, measure = part.rpartition(":")
        if not sign:
            raise InvalidRequest(
                f"“{part:.60}” says no safety of a channel. Write it like 81384788765712384:refuse."
            )
        pairs[channel.strip()] = measure.strip().lower()
    return ([*pairs.items()],)


def _or_none(word: str) -> str | None:
    return None if word.lower() == NONE else word


PREFERENCES: Mapping[str, _Option] = {
    "model": _Option(fields=("model",)),
    "size": _Option(fields=("width", "height"), read=read_size),
    "aspect": _Option(fields=("aspect",), read=lambda word: (read_aspect(word),)),
    "steps": _Option(fields=("steps",)),
    "guidance": _Option(fields=("guidance",)),
    "sampler": _Option(fields=("sampler",)),
    "negative": _Option(fields=("negative",), read=_or_nothing),
    "style": _Option(fields=("style",), read=_or_nothing),
    "count": _Option(fields=("count",)),
    "exact": _Option(fields=("exact",), read=_yes_or_no),
}
SETTINGS: Mapping[str, _Option] = {
    "models": _Option(fields=("models",), read=_list),
    "most": _Option(fields=("most_pictures",), read=_count),
    "images": _Option(fields=("images",), read=_yes_or_no),
    "loras": _Option(fields=("loras",), read=_yes_or_no),
    "refuse": _Option(fields=("refused",), read=_list),
    "safety": _Option(fields=("safety",), read=_measure),
    "safety_adult": _Option(fields=("safety_adult",), read=_measure),
    "safety_channels": _Option(fields=("safety_channels",), read=_measures),
    "channels": _Option(fields=("channels",), read=_list),
    "audit_channel": _Option(fields=("audit_channel",), read=lambda word: (_or_none(word),)),
    "language": _Option(fields=("language",)),
}
