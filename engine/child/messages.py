"""Messages: all that a parent and a child say to each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.card import ModelCard
from engine.child.form import formed, unformed
from engine.child.frames import Frame, Rubbish
from engine.child.mishap import Mishap
from engine.child.orders import Orders
from engine.curve import Curve
from engine.job import Picture, Recipe
from engine.made import Made
from engine.meter import Measured
from engine.vitals import Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Paint:
    """`facts` are what the log is to say of it."""

    number: int
    recipe: Recipe
    sources: Mapping[str, bytes]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Nobody waits for that picture any more."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How is the device?"""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """End in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The engine is warm. `curves` are of the models and sizes that it measured."""

    cards: Mapping[str, ModelCard]
    seats: int
    curves: Mapping[str, tuple[Curve, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """What it made ready of its models by now, and how long steps take with it."""

    made: Mapping[str, tuple[Made, ...]]
    curves: Mapping[str, tuple[Curve, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The engine did not start, or broke down: the child ends."""

    mishap: Mishap


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The models that are loaded now."""

    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """A picture is so many steps far."""

    number: int
    step: int
    preview: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A picture is done."""

    number: int
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What was asked for cannot be had."""

    number: int
    mishap: Mishap


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How the device is."""

    number: int
    vitals: Vitals


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """For the meter."""

    measured: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """For the log. `traceback` is empty where there is none."""

    level: int
    logger: str
    message: str
    file: str
    at: int
    facts: Mapping[str, str]
    traceback: str


ToChild = Orders | Paint | Withdraw | Look | Close
FromChild = Ready | Grown | Failed | Loaded | Stepped | Painted | Refused | Seen | Told | LogLine


def frame_of(message: ToChild | FromChild) -> Frame:
    pieces: list[bytes] = []
    told = formed(message, pieces)
    return Frame(told=told, pieces=tuple(pieces))


def to_child(frame: Frame) -> ToChild:
    """Raises Rubbish."""
    message: ToChild = _message(ToChild, frame)
    return message


def from_child(frame: Frame) -> FromChild:
    """Raises Rubbish."""
    message: FromChild = _message(FromChild, frame)
    return message


def _message(kinds: Any, frame: Frame) -> Any:
    try:
        return unformed(kinds, frame.told, frame.pieces)
    except ValueError as error:
        raise Rubbish(f"it sent what nobody says: {error}") from error
