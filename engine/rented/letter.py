"""Letter: one message between this program and a rented machine, as bytes."""

import json
from dataclasses import dataclass
from struct import Struct, error
from typing import Any

from engine.child.form import formed, unformed
from engine.child.frames import Frame, Rubbish
from engine.child.messages import Failed, FromChild, Ready, ToChild, to_child

HEAD = Struct("!4sI")
"""The mark, and how long the JSON is; the pieces beside it follow."""
MARK = b"EASL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """Comes before all else, once for each machine that takes the picture up.

    `call` is by what name it is ended there.
    """

    version: str
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is deployed: which Easel, and with which models and seats a machine paints, or why none
    can."""

    version: str
    engine: Ready | Failed


def asking(message: ToChild) -> bytes:
    return _letter(message)


def answering(message: FromChild | Greeting | Offer) -> bytes:
    return _letter(message)


def asked_in(letter: bytes) -> ToChild:
    """Raises Rubbish."""
    return to_child(_frame(letter))


def answer_in(letter: bytes) -> Greeting | FromChild:
    """Raises Rubbish."""
    answer: Greeting | FromChild = _noun(Greeting | FromChild, letter)
    return answer


def offer_in(letter: bytes) -> Offer:
    """Raises Rubbish."""
    offer: Offer = _noun(Offer, letter)
    return offer


def version_in(letter: bytes) -> str:
    """Which Easel wrote a greeting, or of itself, whatever else that says. Raises Rubbish."""
    version = _frame(letter).told.get("version")
    if not isinstance(version, str):
        raise Rubbish("it does not say which Easel it is")
    return version


def _letter(message: object) -> bytes:
    pieces: list[bytes] = []
    told = formed(message, pieces)
    lengths = [len(piece) for piece in pieces]
    head = json.dumps({"told": told, "lengths": lengths}).encode("ascii")
    return b"".join((HEAD.pack(MARK, len(head)), head, *pieces))


def _frame(letter: bytes) -> Frame:
    try:
        mark, length = HEAD.unpack_from(letter)
        end = HEAD.size + length
        head = json.loads(letter[HEAD.size : end])
        told, lengths, pieces = head["told"], head["lengths"], []
        for length in lengths:
            pieces.append(letter[end : end + length])
            end += length
    except (error, ValueError, TypeError, LookupError, RecursionError) as wrong:
        raise Rubbish("it sent what is no letter") from wrong
    counted = all(type(length) is int and length >= 0 for length in lengths)
    if mark != MARK or end != len(letter) or not isinstance(told, dict) or not counted:
        raise Rubbish("it sent what is no letter")
    return Frame(told=told, pieces=tuple(pieces))


def _noun(kind: Any, letter: bytes) -> Any:
    frame = _frame(letter)
    try:
        return unformed(kind, frame.told, frame.pieces)
    except ValueError as wrong:
        raise Rubbish(f"it sent what nobody says: {wrong}") from wrong
