"""Phrase: an English sentence that knows its values, so that other languages can say it too."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

Value = str | int | float
Values = Mapping[str, Value]


class Phrase(str):
    """Is the sentence with its values in it, wherever a text is wanted.

    `sentence` has names in braces where the `values` stand. One without values is no template:
    its braces are braces.
    """

    sentence: str
    values: Values

    def __new__(cls, sentence: str, /, **values: Value) -> Self:
        told = super().__new__(cls, sentence.format(**values) if values else sentence)
        told.sentence, told.values = sentence, values
        return told


class Moment(str):
    """A time as plain words tell it; `at` is for whoever can show it better."""

    at: datetime

    def __new__(cls, words: str, at: datetime) -> Self:
        told = super().__new__(cls, words)
        told.at = at
        return told

    def __getnewargs__(self) -> tuple[str, datetime]:  # type: ignore[override]  # str has one
        return str(self), self.at


def phrase_of(text: str) -> Phrase:
    return text if isinstance(text, Phrase) else Phrase(text)


def written(text: str) -> str:
    """As it can be stored: what has no values is stored as it reads."""
    if not isinstance(text, Phrase) or not text.values:
        return str(text)
    return json.dumps(_form(text), ensure_ascii=False)


def read(stored: str) -> str:
    """What `written` wrote, and any other text as it is."""
    if not stored.startswith('{"sentence": '):
        return stored
    try:
        told = json.loads(stored)
        return _phrase(told)
    except (AttributeError, LookupError, TypeError, ValueError):
        return stored


def _form(value: Value) -> Any:
    if isinstance(value, Phrase):
        values = {name: _form(inside) for name, inside in value.values.items()}
        return {"sentence": value.sentence, "values": values}
    if isinstance(value, Moment):
        return {"moment": str(value), "at": value.at.isoformat()}
    return value


def _phrase(told: Mapping[str, Any]) -> Phrase:
    values = {name: _value(form) for name, form in told["values"].items()}
    return Phrase(told["sentence"], **values)


def _value(form: Any) -> Value:
    if not isinstance(form, dict):
        return str(form) if form is None or isinstance(form, bool | list) else form
    if "moment" in form:
        return Moment(form["moment"], datetime.fromisoformat(form["at"]))
    return _phrase(form)
