"""What a deed changed, in words: channels, roles and times are shown as Discord shows them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.discord.looks.lines import counted
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say, spoken_name
from bot.terms import FIELDS

LONGEST = 300
BEFORE, AFTER = "before", "after"
CHANNELS = frozenset({"channels", "audit_channel", "safety_channels"})
OPTIONS = {field: option for option, field in FIELDS.items()}
"""What moderators call a term by, where they set it."""
SETTINGS = frozenset(
    {
        *("models", "most_pictures", "images", "loras", "refused", "safety", "safety_adult"),
        *("safety_channels", "channels", "audit_channel", "language"),
    }
)


def changes(details: Mapping[str, Any]) -> str:
    """One after the other, and nothing where nothing changed."""
    if BEFORE not in details:
        return _joined(filter(None, (_fact(name, told) for name, told in details.items())))
    before, after = details[BEFORE], details[AFTER]
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        return _joined(_differences(before or {}, after or {}))
    return "" if before == after else f"{_value('', before)} → {_value('', after)}"


def changed_nothing(details: Mapping[str, Any]) -> bool:
    """Whether all of it had been so already."""
    return BEFORE in details and not changes(details)


def _fact(name: str, told: Any) -> str:
    """Of what was not changed but done; an end that there is none of is not told."""
    if told is None:
        return ""
    match name:
        case "until" | "expires":
            return say("mod.audit.until", end=_value(name, told))
        case "credits":
            return say("credits", credits=told)
        case "grant":
            return say("mod.audit.grant", grant=told)
        case "left":
            return say("mod.audit.left", credits=told)
        case "changed":
            return ", ".join(_named(one) for one in told)
        case _:
            return f"{_named(name)}: {_value(name, told)}"


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if was == now and (name in before) == (name in after):
            continue
        if isinstance(was, Mapping) or isinstance(now, Mapping):
            yield from _differences(was or {}, now or {})
        elif isinstance(was or now, list):
            yield f"{_named(name)}: {_exchanged(name, was or [], now or [])}"
        elif name not in after:
            yield f"{_named(name)}: {_value(name, was)} → {say('mod.audit.unset')}"
        elif name not in before:
            yield f"{_named(name)}: {_value(name, now)}"
        else:
            yield f"{_named(name)}: {_value(name, was)} → {_value(name, now)}"


def _exchanged(name: str, before: Sequence[Any], after: Sequence[Any]) -> str:
    """Of long lists only what came and what went."""
    came = (f"+ {_value(name, one)}" for one in after if one not in before)
    went = (f"− {_value(name, one)}" for one in before if one not in after)
    return _joined((*came, *went))


def _joined(pieces: Iterable[str]) -> str:
    """A server may have hundreds of channels and words."""
    return counted([*pieces], LONGEST, between=", ")


def _named(name: str) -> str:
    """As whoever sets it calls it."""
    if name in SETTINGS:
        return say(f"mod.setting.{name}")
    return spoken_name("role" if name == "roles" else OPTIONS.get(name, name))


def _value(name: str, told: Any) -> str:
    match told:
        case None:
            return say("settings.none")
        case bool():
            return say("yes") if told else say("no")
        case [channel, measure] if name == "safety_channels":
            return f"<#{channel}> {measure}"
        case str() if name in CHANNELS:
            return f"<#{told}>" if told.isdecimal() else shown(told, LONGEST)
        case str() if name == "roles":
            return f"<@&{told}>" if told.isdecimal() else shown(told, LONGEST)
        case str() if name in {"until", "expires"}:
            return f"<t:{round(datetime.fromisoformat(told).timestamp())}:f>"
        case float() | int() if name == "window":
            return f"{told / 3600:g} h"
        case float() | int():
            return f"{told:,g}" if abs(told) < 1e6 else f"{told:,.0f}"
        case list() | tuple():
            return shown(", ".join(map(str, told)), LONGEST)
        case _:
            return shown(str(told), LONGEST)
