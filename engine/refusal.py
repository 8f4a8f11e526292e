"""Refusal: what is wrong with a form that somebody filled in, in a sentence with the mend."""

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError

from engine.nearest import did_you_mean
from engine.phrase import Phrase


def refusal_of(
    error: ValidationError,
    form: type[BaseModel],
    limits: Mapping[str, Phrase],
    inside: Mapping[str, type[BaseModel]],
) -> str:
    """The first thing that is wrong.

    `inside` are the forms that fields of it are lists of; `limits` say what fields may be.
    """
    known = form.model_fields
    first = error.errors(include_url=False, include_context=False)[0]
    place, value = "", _shown(first["input"])
    match first["loc"]:
        case (str(wishes), int(index), field, *_) if wishes in inside:
            name, known = str(field), inside[wishes].model_fields
            place = f"In number {index + 1} of the {wishes}: "
        case (outermost, *_):
            name = str(outermost)
        case _:
            name = "request"
    match first["type"]:
        case "extra_forbidden":
            mend = did_you_mean(name, known)
            told = Phrase("I know no “{name}”. {mend}", name=name[:60], mend=mend)
        case _ if name in limits:
            plain = name.replace("_", " ")
            told = Phrase(
                "{name} is {limit}, not {value}.", name=plain, limit=limits[name], value=value
            )
        case "missing":
            told = Phrase("The {name} is missing.", name=name)
        case _:
            wrong = f"{first['msg'][0].lower()}{first['msg'][1:]}"
            told = Phrase("{name}: {wrong}, not {value}.", name=name, wrong=wrong, value=value)
    return Phrase("{place}{told}", place=place, told=told) if place else told


def _shown(given: object) -> str:
    """What was given, as somebody would write it."""
    match given:
        case None:
            return "null"
        case list() | tuple() if all(isinstance(each, str | int | float) for each in given):
            return f"{list(given)!r:.60}"
        case list() | tuple():
            return "[…]"
        case Mapping() | BaseModel():
            return "{…}"
        case _:
            return f"{given!r:.60}"
