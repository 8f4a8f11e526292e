"""Wrong: what is wrong with something that was sent, in words of those who sent it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from engine.nearest import did_you_mean

SHOWN = 60
"""Characters of what somebody sent that a sentence repeats."""
Limits = Mapping[str, Any]

_WHOLE, _NUMBER = "is a whole number", "is a number"
_LIST, _OBJECT = "is a list", "is an object"
_TIME = "is a time with its zone, like 2027-01-31T12:00:00Z"
KINDS: Mapping[str, str] = {
    "string_type": "is a text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": "is true or false",
    "bool_parsing": "is true or false",
    "bytes_type": "is a file",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "datetime_object_invalid": _TIME,
    "timezone_aware": _TIME,
}
"""What it should be instead."""
LIMITS: Mapping[str, Callable[[Limits], str]] = {
    "greater_than_equal": lambda limits: f"is {limits['ge']:g} or more",
    "greater_than": lambda limits: f"is more than {limits['gt']:g}",
    "less_than_equal": lambda limits: f"is {_plain(limits['le'])} or less",
    "less_than": lambda limits: f"is less than {_plain(limits['lt'])}",
    "literal_error": lambda limits: f"is {_choices(limits['expected'])}",
    "enum": lambda limits: f"is {_choices(limits['expected'])}",
}
LENGTHS: Mapping[str, Callable[[Limits], str]] = {
    "string_too_long": lambda limits: f"has more than {limits['max_length']:,} characters",
    "string_too_short": lambda limits: f"has fewer than {limits['min_length']:,} characters",
    "too_long": lambda limits: (
        f"has {limits['actual_length']:,} entries, and {limits['max_length']:,} are the most"
    ),
    "too_short": lambda limits: (
        f"has {limits['actual_length']:,} entries, and needs {limits['min_length']:,}"
    ),
}
"""Of what is as long as somebody likes nothing is repeated."""
OURS, FORM = "value_error", "string_pattern_mismatch"
"""A sentence of our own; and letters or signs that are none of it."""
KNOWN = frozenset({*KINDS, *LIMITS, *LENGTHS, OURS, FORM, "extra_forbidden", "missing"})
UNSEEN = dict.fromkeys([*range(32), 127], "\N{REPLACEMENT CHARACTER}")


def sentence_about(first: ErrorDetails, kind: type[BaseModel]) -> str:
    wrong, given, limits = first["type"], first["input"], first.get("ctx", {})
    place, inner = _place(first["loc"], kind)
    # Names, too, are as long as somebody likes.
    name = ".".join(str(part)[:SHOWN] for part in place)[:SHOWN] or "body"
    match wrong:
        case "extra_forbidden":
            unknown = str(first["loc"][-1])[:SHOWN]
            known = [field.alias or name for name, field in inner.model_fields.items()]
            where = f" in {name}" if place else ""
            return f"I know no “{unknown}”{where}. {did_you_mean(unknown, known)}"
        case "missing" if place and isinstance(place[-1], int):
            return f"{name.rpartition('.')[0]} has too few entries."
        case "missing":
            return f"{name} is missing."
        case "string_too_short" if not given:
            return f"{name} is empty."
        case "string_pattern_mismatch":
            return f"{name} has a letter or sign that it cannot have: {shown(given)}."
        case "value_error":
            return f"{name}: {limits['error']}."
        case _ if wrong in LENGTHS:
            return f"{name} {LENGTHS[wrong](limits)}."
        case _:
            wanted = LIMITS[wrong](limits) if wrong in LIMITS else KINDS.get(wrong)
            return f"{name} {wanted or 'is of another kind'}, not {shown(given)}."


def shown(given: object) -> str:
    """What somebody sent, cut before it is written out: it may be as long as a body."""
    match given:
        case str():
            return f"“{given[:SHOWN].translate(UNSEEN)}”"
        case bytes():
            return "a file"
        case bool() | None:
            return json.dumps(given)
        case int() | float():
            return f"{given!r:.{SHOWN}}"
        case Mapping() | BaseModel():
            return "an object"
        case _:
            return "a list"


def _plain(limit: float) -> str:
    return f"{limit:,}" if isinstance(limit, int) else f"{limit:g}"


def _choices(expected: str) -> str:
    return expected.replace("'", "")


def _place(
    where: Sequence[int | str], kind: type[BaseModel]
) -> tuple[Sequence[int | str], type[BaseModel]]:
    """Without what is nobody's name but pydantic's, and the innermost model on the way there."""
    found: list[int | str] = []
    for part in where:
        if isinstance(part, int):
            found.append(part)
            continue
        fields = kind.model_fields.items()
        field = next((each for name, each in fields if part in {name, each.alias}), None)
        if field is not None:
            found.append(part)
            kind = next(_models_in(field.annotation), kind)
    return found, kind


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
