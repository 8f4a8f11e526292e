"""Form: our own frozen nouns as JSON can hold them, and back, by their annotations.

Nothing that is read names what is run: the reader says which nouns it takes.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from engine.job import Recipe, recipe_of
from engine.phrase import Phrase, read, written

KIND, ASIDE, PHRASE = "is", "aside", "phrase"
"""The noun's name; which of the pieces beside it bytes are; a sentence with its values."""


def formed(value: object, aside: list[bytes]) -> Any:
    """As JSON can hold it. Bytes are put aside, and their place among those stands for them."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case Phrase() if value.values:
            return {PHRASE: written(value)}
        case str() | Path():
            return str(value)
        case bytes():
            aside.append(value)
            return {ASIDE: len(aside) - 1}
        case Recipe():
            return asdict(value)
        case Mapping():
            return {str(name): formed(inside, aside) for name, inside in value.items()}
        case AbstractSet():
            return sorted(formed(inside, aside) for inside in value)
        case Sequence():
            return [formed(inside, aside) for inside in value]
    if not is_dataclass(value):
        raise TypeError(f"a {type(value).__name__} goes to no other process")
    parts = {each.name: formed(getattr(value, each.name), aside) for each in fields(value)}
    return {KIND: type(value).__name__, **parts}


def unformed(kind: Any, told: Any, aside: Sequence[bytes]) -> Any:
    """What `formed` was given. Raises ValueError where it is nothing of that kind."""
    try:
        return _unformed(kind, told, aside)
    except (TypeError, AttributeError, LookupError) as error:
        raise ValueError(f"that is no {kind}: {type(error).__name__}") from error


def _unformed(kind: Any, told: Any, aside: Sequence[bytes]) -> Any:
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _unformed(_chosen(inside, told), told, aside)
    if origin is Literal:
        return _checked(told, told in inside)
    if origin in (tuple, frozenset):
        _checked(told, isinstance(told, list))
    if origin is tuple:
        kinds = [inside[0]] * len(told) if inside[-1] is Ellipsis else inside
        return tuple(_unformed(*pair, aside) for pair in zip(kinds, told, strict=True))
    if origin is frozenset:
        return frozenset(_unformed(inside[0], each, aside) for each in told)
    if origin is Mapping:
        return {name: _unformed(inside[1], each, aside) for name, each in told.items()}
    if kind is Recipe:
        return recipe_of(told)
    if is_dataclass(kind):
        return _noun(kind, told, aside)
    return _plain(kind, told, aside)


def _plain(kind: Any, told: Any, aside: Sequence[bytes]) -> Any:
    if kind is bytes:
        return aside[told[ASIDE]]
    if kind is str and isinstance(told, dict):
        return read(told[PHRASE])
    if kind is float:
        return float(_checked(told, type(told) in (int, float)))
    if kind in (str, int, bool, NoneType):
        return _checked(told, type(told) is kind)
    if kind is Path or issubclass(kind, Enum):
        return kind(told)
    raise TypeError(f"nobody sends a {kind}")


def _noun(kind: Any, told: Any, aside: Sequence[bytes]) -> Any:
    _checked(told, told[KIND] == kind.__name__)
    hints = _hints(kind)
    _checked(told, set(told) == {KIND, *hints})
    return kind(**{name: _unformed(hint, told[name], aside) for name, hint in hints.items()})


def _chosen(kinds: Sequence[Any], told: Any) -> Any:
    """The one of several kinds that it says it is."""
    if told is None and NoneType in kinds:
        return NoneType
    if isinstance(told, dict) and KIND in told:
        return {kind.__name__: kind for kind in kinds}[told[KIND]]
    (only,) = (kind for kind in kinds if kind is not NoneType)
    return only


def _checked(told: Any, right: bool) -> Any:
    if not right:
        raise ValueError("that is of another kind")
    return told


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)
