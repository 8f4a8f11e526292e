"""How somebody's defaults look, with what the server allows where they ask."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.discord.messages.parts import Post, text
from bot.discord.speech.refusals import translated
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.choices import Chosen
from engine.job import Recipe
from engine.preferences import GROUPS
from engine.server import ServerSettings

LONGEST = 200
MOST_NOTES, MOST_CHANNELS = 4, 10
SIZE = "size"
"""What is one choice of several fields."""
MODEL = "model"
OF_THE_MODEL = (MODEL, SIZE, "sampler", "steps", "guidance")
"""What has a value even where nobody chose one."""


def settings(chosen: Chosen, notes: Sequence[str] = (), usual: Recipe | None = None) -> Post:
    """`notes` say which of the defaults cannot be taken; `usual` is what is painted by them."""
    rows = (f"**{label(group)}** {_value(group, chosen, usual)}" for group in GROUPS)
    parts = [text(say("settings.head")), text("\n".join(rows))]
    if notes:
        parts.append(text("\n".join(translated(note) for note in notes[:MOST_NOTES])))
    allowed = list(_allowed(chosen.settings))
    if allowed:
        parts.append(text("\n".join([say("settings.here"), *allowed])))
    parts.append(text(f"-# {say('settings.how')}"))
    return Post(parts=tuple(parts))


def label(group: str) -> str:
    return say(f"settings.label.{_key(group)}")


def _value(group: str, chosen: Chosen, usual: Recipe | None) -> str:
    own, servers = chosen.person.of(group), chosen.server.of(group)
    if own:
        return _told(group, own)
    if servers:
        return say("settings.servers", value=_told(group, servers))
    if usual is None or group not in OF_THE_MODEL:
        return say(f"settings.unset.{_key(group)}")
    if group == SIZE:
        return say("settings.of_model", value=f"{usual.width}×{usual.height}")
    value = getattr(usual, _key(group))
    told = f"{value:g}" if isinstance(value, float) else shown(str(value), LONGEST)
    return say("settings.first" if group == MODEL else "settings.of_model", value=told)


def _told(group: str, fields: Mapping[str, Any]) -> str:
    if group == SIZE:
        if "aspect" in fields:
            return "{}:{}".format(*fields["aspect"])
        return f"{fields['width']}×{fields['height']}"
    [value] = fields.values()
    match value:
        case bool():
            return say("yes") if value else say("no")
        case None | "":
            return say("settings.none")
        case str():
            return shown(value, LONGEST)
        case _:
            return str(value)


def _allowed(settings: ServerSettings) -> Iterator[str]:
    """What is not as it is everywhere. Words that are refused are not shown around."""
    if settings.models:
        yield say("settings.models", models=shown(", ".join(settings.models), LONGEST))
    if settings.most_pictures is not None:
        yield say("settings.most", most=settings.most_pictures)
    if not settings.images:
        yield say("settings.no_images")
    if not settings.loras:
        yield say("settings.no_loras")
    if settings.refused:
        yield say("settings.refused")
    if settings.channels:
        named = [f"<#{one}>" for one in settings.channels[:MOST_CHANNELS]]
        named += ["…"] if len(settings.channels) > MOST_CHANNELS else []
        yield say("settings.channels", channels=", ".join(named))


def _key(group: str) -> str:
    """As its option is called."""
    return group if group == SIZE else GROUPS[group][0]
