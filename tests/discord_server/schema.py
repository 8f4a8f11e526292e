"""What of a value does not agree with a JSON schema, in Discord's own words."""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tests.discord_server.refused import Flaw, Json, Path

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
ANYTHING: Json = {}


class Schemas:
    """Named schemas that refer to each other.

    Discord itself takes ids as numbers too, though its description calls them strings; with
    `lenient` so do we.
    """

    def __init__(self, named: Json, *, lenient: bool) -> None:
        self._named = named
        self._lenient = lenient
        # Every start of the bot sends the same commands, with thousands of words to look at.
        self._fine: set[tuple[int, str]] = set()

    def flaws(self, schema: Json, value: Any, path: Path = ()) -> list[Flaw]:
        """Everything that is wrong; nothing where the value is as the schema says."""
        return list(self._flaws(schema, value, path))

    def _flaws(self, schema: Json, value: Any, path: Path) -> Iterator[Flaw]:
        if "$ref" in schema:
            yield from self._flaws(self._named[schema["$ref"].rpartition("/")[2]], value, path)
            return
        if self._lenient and schema.get("format") == "snowflake" and _is_number(value):
            return
        if "type" in schema and not _is_of_kind(schema["type"], value):
            kinds = schema["type"]
            yield _flaw(path, "BASE_TYPE_BAD_TYPE", f"This must be of type {kinds}.")
            return
        for part in schema.get("allOf", ()):
            yield from self._flaws(part, value, path)
        choices = schema.get("oneOf") or schema.get("anyOf")
        if choices:
            yield from self._of_choices(choices, value, path)
        if "enum" in schema and value not in schema["enum"]:
            yield _flaw(path, "BASE_TYPE_CHOICES", f"Value must be one of {schema['enum']}.")
        if "const" in schema and value != schema["const"]:
            yield _flaw(path, "BASE_TYPE_CHOICES", f"Value must be {schema['const']}.")
        match value:
            case str():
                yield from _of_text(schema, value, path)
            case bool():
                pass
            case int() | float():
                yield from _of_number(schema, value, path)
            case list():
                yield from _of_count(schema, value, path, "maxItems", "minItems")
                if schema.get("uniqueItems") and _repeats(value):
                    yield _flaw(path, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set repeats itself.")
                for at, item in enumerate(value):
                    yield from self._of_item(schema.get("items", ANYTHING), item, (*path, at))
            case dict():
                yield from _of_count(schema, value, path, "maxProperties", "minProperties")
                yield from self._of_fields(schema, value, path)

    def _of_item(self, schema: Json, item: Any, path: Path) -> Iterator[Flaw]:
        """What was fine once is not looked at again."""
        seen = id(schema), json.dumps(item)
        if seen not in self._fine:
            flaws = list(self._flaws(schema, item, path))
            yield from flaws
            if not flaws:
                self._fine.add(seen)

    def _of_fields(self, schema: Json, value: Json, path: Path) -> Iterator[Flaw]:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _flaw((*path, name), "BASE_TYPE_REQUIRED", "This field is required")
        others = schema.get("additionalProperties", True)
        for name, field in value.items():
            if name in known:
                yield from self._flaws(known[name], field, (*path, name))
            elif isinstance(others, dict):
                yield from self._flaws(others, field, (*path, name))
            elif not others:
                yield _flaw((*path, name), "BASE_TYPE_UNKNOWN", "There is no such field.")

    def _of_choices(self, choices: list[Json], value: Any, path: Path) -> Iterator[Flaw]:
        """None where one choice fits; else what is wrong with the one that was meant."""
        meant: list[Flaw] | None = None
        for choice in choices:
            flaws = list(self._flaws(choice, value, path))
            if not flaws:
                return
            of_type = any(flaw.path in (path, (*path, "type")) for flaw in flaws)
            if not of_type and meant is None:
                meant = flaws
        if meant is not None:
            yield from meant
        elif all("const" in choice for choice in choices):
            allowed = tuple(choice["const"] for choice in choices)
            yield _flaw(path, "BASE_TYPE_CHOICES", f"Value must be one of {allowed}.")
        else:
            yield _flaw(path, "UNION_TYPE_CHOICES", "The value is none of those allowed here.")


def _flaw(path: Path, code: str, message: str) -> Flaw:
    return Flaw(path=path, code=code, message=message)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_of_kind(kinds: str | list[str], value: Any) -> bool:
    named = [kinds] if isinstance(kinds, str) else kinds
    if isinstance(value, bool):
        return "boolean" in named
    return any(isinstance(value, KINDS[kind]) for kind in named)


def _of_text(schema: Json, value: str, path: Path) -> Iterator[Flaw]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value) < least and most is not None:
        message = f"Must be between {least} and {most} in length."
        yield _flaw(path, "BASE_TYPE_BAD_LENGTH", message)
    elif most is not None and len(value) > most:
        code = "BASE_TYPE_BAD_LENGTH" if least else "BASE_TYPE_MAX_LENGTH"
        between = f"between {least} and {most}" if least else f"{most} or fewer"
        yield _flaw(path, code, f"Must be {between} in length.")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield _flaw(path, "STRING_TYPE_REGEX", "String value did not match validation regex.")
    if schema.get("format") == "date-time" and not _is_time(value):
        yield _flaw(path, "DATE_TIME_TYPE_PARSE", "This is no ISO 8601 time.")
    if schema.get("format") == "uri" and "://" not in value:
        yield _flaw(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")


def _is_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _of_number(schema: Json, value: float, path: Path) -> Iterator[Flaw]:
    if value < schema.get("minimum", value):
        message = f"Value should be at least {schema['minimum']}."
        yield _flaw(path, "NUMBER_TYPE_MIN", message)
    if value > schema.get("maximum", value):
        message = f"Value should be at most {schema['maximum']}."
        yield _flaw(path, "NUMBER_TYPE_MAX", message)


def _of_count(
    schema: Json, value: list[Any] | Json, path: Path, most: str, least: str
) -> Iterator[Flaw]:
    if len(value) > schema.get(most, len(value)):
        message = f"Must be {schema[most]} or fewer in length."
        yield _flaw(path, "BASE_TYPE_MAX_LENGTH", message)
    if len(value) < schema.get(least, 0):
        message = f"Must be {schema[least]} or more in length."
        yield _flaw(path, "BASE_TYPE_MIN_LENGTH", message)


def _repeats(values: list[Any]) -> bool:
    return any(value in values[:at] for at, value in enumerate(values))
