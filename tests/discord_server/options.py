"""What a person fills into a command's options, as Discord's own window lets them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from tests.discord_server.attachment import Attachment, Files
from tests.discord_server.nouns import Channel, Guild, Role, Upload, User
from tests.discord_server.permissions import Permission
from tests.discord_server.portrait import channel_of, member_of, role_of, user_of
from tests.discord_server.refused import Json


class Takes(IntEnum):
    """What an option takes, by Discord's own numbers."""

    TEXT = 3
    WHOLE = 4
    TRUTH = 5
    USER = 6
    CHANNEL = 7
    ROLE = 8
    MENTIONABLE = 9
    NUMBER = 10
    FILE = 11


KINDS: dict[int, tuple[type, ...]] = {
    Takes.TEXT: (str,),
    Takes.WHOLE: (int,),
    Takes.TRUTH: (bool,),
    Takes.USER: (User,),
    Takes.CHANNEL: (Channel,),
    Takes.ROLE: (Role,),
    Takes.MENTIONABLE: (User, Role),
    Takes.NUMBER: (int, float),
    Takes.FILE: (Upload,),
}


class NotOffered(Exception):
    """Discord's window would not let a person do this; nothing reached the bot."""


@dataclass(kw_only=True)
class Filled:
    """The options as Discord sends them, and what they name."""

    options: list[Json] = field(default_factory=list)
    resolved: dict[str, Json] = field(default_factory=dict)


class Form:
    """Fills in the options of one command."""

    def __init__(
        self,
        files: Files,
        channel: Channel,
        guild: Guild | None,
        may: Callable[[Channel], Permission],
    ) -> None:
        self._files, self._channel, self._guild, self._may = files, channel, guild, may

    def fill(self, told: list[Json], given: Mapping[str, Any]) -> Filled:
        """Everything that was given, where it fits what the command told of its options."""
        by_name = {option["name"]: option for option in told}
        strange = given.keys() - by_name.keys()
        if strange:
            raise NotOffered(f"There is no option {sorted(strange)}; there are {list(by_name)}.")
        missing = [o["name"] for o in told if o.get("required") and o["name"] not in given]
        if missing:
            raise NotOffered(f"The options {missing} must be given.")
        filled = Filled()
        for name, value in given.items():
            option = by_name[name]
            sent = {"type": option["type"], "name": name, "value": self._value(option, value)}
            filled.options.append(sent)
            self._resolve(filled, value)
        return filled

    def guess(self, told: list[Json], focused: str, typed: str, given: Mapping[str, Any]) -> Filled:
        """The options while somebody is still typing one: nothing has to be right yet."""
        by_name = {option["name"]: option for option in told}
        if not by_name.get(focused, {}).get("autocomplete"):
            raise NotOffered(f"The option {focused!r} offers nothing while typing.")
        filled = Filled()
        for name, value in {**given, focused: typed}.items():
            option: Json = {"type": by_name[name]["type"], "name": name, "value": value}
            if name == focused:
                option["focused"] = True
            filled.options.append(option)
        return filled

    def _value(self, option: Json, value: Any) -> Any:
        kind = option["type"]
        if not isinstance(value, KINDS[kind]) or (isinstance(value, bool) and kind != Takes.TRUTH):
            raise NotOffered(f"{value!r} does not fit the option {option['name']!r}.")
        choices = {choice["name"]: choice["value"] for choice in option.get("choices") or ()}
        if choices:
            if value not in choices and value not in choices.values():
                raise NotOffered(f"{value!r} is none of the choices {choices}.")
            return choices.get(value, value)
        size = len(value) if isinstance(value, str) else value
        least = option.get("min_length" if kind == Takes.TEXT else "min_value")
        most = option.get("max_length" if kind == Takes.TEXT else "max_value")
        if kind == Takes.TEXT:
            most = 6000 if most is None else most
        if (least is not None and size < least) or (most is not None and size > most):
            raise NotOffered(f"{value!r} is out of the bounds {least} to {most}.")
        return str(value.id) if isinstance(value, User | Channel | Role) else value

    def keep(self, upload: Upload) -> Attachment:
        """Put a file that a person gives where the bot can fetch it."""
        return self._files.keep(self._channel.id, upload, ephemeral=True)

    def _resolve(self, filled: Filled, value: Any) -> None:
        match value:
            case User():
                add(filled.resolved, "users", value.id, user_of(value))
                member = self._guild.member(value.id) if self._guild else None
                if member:
                    told = member_of(member)
                    del told["user"]
                    add(filled.resolved, "members", value.id, told)
            case Channel():
                told = {**channel_of(value), "permissions": str(int(self._may(value)))}
                add(filled.resolved, "channels", value.id, told)
            case Role():
                add(filled.resolved, "roles", value.id, role_of(value))
            case Upload():
                attachment = self.keep(value)
                add(filled.resolved, "attachments", attachment.id, attachment.written())
                filled.options[-1]["value"] = str(attachment.id)


def add(resolved: dict[str, Json], kind: str, number: int, told: Json) -> None:
    """Tell of one thing that an id stands for."""
    resolved.setdefault(kind, {})[str(number)] = told
