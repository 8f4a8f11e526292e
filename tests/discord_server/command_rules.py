"""What Discord asks of commands beyond what its description says."""

import re
from collections.abc import Iterator
from typing import Any

from tests.discord_server.refused import Flaw, Json, Path

CHAT, USER, MESSAGE = 1, 2, 3
MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
SUBCOMMAND, GROUP = 1, 2
MOST_OPTIONS, MOST_CHARACTERS = 25, 8000
NAME = re.compile(r"[-_'\w]{1,32}")
WESTERN = ("en-GB", "en-US", "de", "nl", "fr", "it", "es-ES", "es-419", "pt-BR")
NORTHERN = ("da", "fi", "no", "sv-SE", "lt", "pl", "cs", "hu", "hr", "ro")
EASTERN = ("bg", "el", "ru", "uk", "tr", "hi", "th", "vi", "id", "zh-CN", "zh-TW", "ja", "ko")
LOCALES = frozenset(WESTERN + NORTHERN + EASTERN)


def flaws_in_commands(commands: list[Json]) -> Iterator[Flaw]:
    """Everything that is wrong with all commands of a place."""
    seen: set[tuple[int, str]] = set()
    counted = dict.fromkeys(MOST, 0)
    for at, command in enumerate(commands):
        kind = command.get("type") or CHAT
        counted[kind] += 1
        if (kind, command["name"]) in seen:
            message = "Application command names must be unique"
            yield _flaw((at, "name"), "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        seen.add((kind, command["name"]))
        yield from _flaws_of_command(command, (at,), kind)
    for kind, most in MOST.items():
        if counted[kind] > most:
            message = f"Maximum number of application commands of type {kind} reached ({most})."
            yield _flaw((), "APPLICATION_COMMANDS_LIMIT", message)


def _flaws_of_command(command: Json, path: Path, kind: int) -> Iterator[Flaw]:
    description = command.get("description") or ""
    if kind == CHAT:
        yield from _flaws_of_names(command, path)
        if not description:
            message = "This field is required"
            yield _flaw((*path, "description"), "BASE_TYPE_REQUIRED", message)
        if _characters(command) > MOST_CHARACTERS:
            message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
            yield _flaw(path, "APPLICATION_COMMAND_TOO_LARGE", message)
    elif description or command.get("options"):
        message = "Context menu commands cannot have description or options"
        yield _flaw(path, "APPLICATION_COMMAND_INVALID_FIELD", message)
    if kind == CHAT:
        yield from _flaws_of_options(command.get("options") or [], (*path, "options"), within=None)


def _flaws_of_names(thing: Json, path: Path) -> Iterator[Flaw]:
    names: dict[tuple[str, ...], str] = {(): thing["name"]}
    names |= {(locale,): name for locale, name in (thing.get("name_localizations") or {}).items()}
    for key, name in names.items():
        where = (*path, "name_localizations", *key) if key else (*path, "name")
        if not NAME.fullmatch(name) or name != name.lower():
            message = "Command name is invalid"
            yield _flaw(where, "APPLICATION_COMMAND_INVALID_NAME", message)
    for field in ("name_localizations", "description_localizations"):
        for locale in (thing.get(field) or {}).keys() - LOCALES:
            message = f"{locale} is not a locale."
            yield _flaw((*path, field, locale), "ENUM_TYPE_COERCE", message)


def _flaws_of_options(options: list[Json], path: Path, within: int | None) -> Iterator[Flaw]:
    if len(options) > MOST_OPTIONS:
        yield _flaw(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [option["name"] for option in options]
    if len(set(names)) < len(names):
        message = "Option names must be unique"
        yield _flaw(path, "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
    nested = [option["type"] in (SUBCOMMAND, GROUP) for option in options]
    if any(nested) and not all(nested):
        message = "Sub-command and sub-command group option types are mutually exclusive to others"
        yield _flaw(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    optional = False
    for at, option in enumerate(options):
        here = (*path, at)
        yield from _flaws_of_names(option, here)
        if option["type"] in (SUBCOMMAND, GROUP):
            allowed = {None: (SUBCOMMAND, GROUP), GROUP: (SUBCOMMAND,)}.get(within, ())
            if option["type"] not in allowed:
                message = "Sub-commands are nested too deep"
                yield _flaw(here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
            inside = (*here, "options")
            yield from _flaws_of_options(option.get("options") or [], inside, option["type"])
            continue
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            yield _flaw(here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        yield from _flaws_of_values(option, here)


def _flaws_of_values(option: Json, path: Path) -> Iterator[Flaw]:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Options cannot have both choices and autocomplete"
        yield _flaw(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)
    for field in ("name", "value"):
        values = [choice[field] for choice in choices]
        if len(set(values)) < len(values):
            message = f"The {field} of a choice is already used"
            yield _flaw((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_VALUE_INVALID", message)
    for least, most in (("min_value", "max_value"), ("min_length", "max_length")):
        below, above = option.get(least), option.get(most)
        if below is not None and above is not None and below > above:
            message = f"{least} must not be above {most}"
            yield _flaw(path, "APPLICATION_COMMAND_OPTIONS_RANGE_INVALID", message)


def _characters(thing: Json) -> int:
    """Names, descriptions and values; of the localised ones the longest counts."""
    total = 0
    for field in ("name", "description"):
        told: list[Any] = [
            thing.get(field) or "",
            *(thing.get(f"{field}_localizations") or {}).values(),
        ]
        total += max(map(len, told))
    for choice in thing.get("choices") or ():
        total += len(choice["name"]) + len(str(choice["value"]))
    return total + sum(map(_characters, thing.get("options") or ()))


def _flaw(path: Path, code: str, message: str) -> Flaw:
    return Flaw(path=path, code=code, message=message)
