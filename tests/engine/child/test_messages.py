"""What is said between two processes is the same on the other side."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.child.form import formed
from engine.child.frames import Frame, Rubbish
from engine.child.messages import (
    Close,
    Failed,
    FromChild,
    Grown,
    Loaded,
    LogLine,
    Look,
    Paint,
    Painted,
    Ready,
    Refused,
    Seen,
    Stepped,
    ToChild,
    Told,
    Withdraw,
    frame_of,
    from_child,
    to_child,
)
from engine.child.mishap import Mishap
from engine.child.orders import Orders
from engine.curve import Curve
from engine.job import Picture, Recipe
from engine.ladder import Rung, Work
from engine.made import Made
from engine.meter import Relieved
from engine.meter import Stepped as StepTaken
from engine.phrase import Phrase
from engine.price import Speed
from engine.safety import Policy
from engine.shortcut import Shortcut
from engine.switch import Chosen, Switch
from engine.vitals import Vitals
from tests.engine.child.nursery import orders
from tests.engine.recipes import EVERYTHING, recipes
from tests.fakes import BOOK

MISHAP = Mishap(kind="OutOfMemory", phrase=Phrase("Too {what}.", what="large"))
CURVE = Curve(
    width=512, height=768, steps=((1, 0.5), (2, 0.75)), alone=Speed(row_step=0.4, rest=0.0)
)
MADE = Made(
    width=512,
    height=768,
    rows=4,
    tokens=77,
    phase="whole",
    recorded=True,
    compiled=False,
    compiling=True,
    without=("it is not compiled: no compiler", "another"),
)
PICTURE = Picture(recipe=EVERYTHING, png=b"\x89PNG", seconds=0.1, notes=("plain",))
TO_CHILD: tuple[ToChild, ...] = (
    Orders(
        models=("photo", "book"),
        models_dir=Path("/models"),
        addons_dir=Path("."),
        previews="off",
        preview_every=1,
        device="cuda:1",
        model_memory=2**40,
        rungs=frozenset({Rung.PARK, Rung.GROUP}),
        safety=Policy(measure="blur", model=Path("/looks"), labels=("a", "b"), threshold=0.25),
        shortcuts=frozenset({Shortcut.FP8}),
        switches=Chosen(only=frozenset({Switch.LAYOUT, Switch.GRAPHS})),
        closes_within_s=0.5,
        measures=False,
        curves_dir=Path("curves"),
    ),
    orders(Path("/models")),
    Paint(number=1, recipe=EVERYTHING, sources={"a": b"one", "b": b""}, facts={"job": "1"}),
    Withdraw(number=2),
    Look(number=3),
    Close(),
)
FROM_CHILD: tuple[FromChild, ...] = (
    Ready(cards={"book": BOOK}, seats=8),
    Ready(cards={"book": BOOK}, seats=8, curves={"book": (CURVE, CURVE)}),
    Grown(made={}, curves={}),
    Grown(made={"book": (MADE, MADE)}, curves={"book": (CURVE,)}),
    Failed(mishap=MISHAP),
    Loaded(models=("book",)),
    Stepped(number=1, step=2, preview=None),
    Stepped(number=1, step=2, preview=b"small"),
    Painted(number=1, picture=PICTURE),
    Refused(number=1, mishap=MISHAP),
    Seen(number=1, vitals=Vitals(used=1, total=2)),
    Told(measured=StepTaken(model="book", seconds=0.5, tiles=2, rows=4)),
    Told(measured=Relieved(work=Work.LOAD, rung=Rung.DROP)),
    Told(measured=Relieved(work=Work.LOAD, rung=None)),
    LogLine(
        level=30, logger="engine", message="%s", file="f.py", at=1, facts={}, traceback="Trace"
    ),
)


def through(message: ToChild | FromChild) -> Frame:
    """Its frame as it is read on the other side."""
    frame = frame_of(message)
    return Frame(told=json.loads(json.dumps(frame.told)), pieces=frame.pieces)


@pytest.mark.parametrize("message", TO_CHILD, ids=lambda message: type(message).__name__)
def test_what_a_parent_says_arrives(message: ToChild) -> None:
    assert to_child(through(message)) == message


@pytest.mark.parametrize("message", FROM_CHILD, ids=lambda message: type(message).__name__)
def test_what_a_child_says_arrives(message: FromChild) -> None:
    assert from_child(through(message)) == message


def test_every_message_is_tried_here() -> None:
    assert {type(message) for message in TO_CHILD} == set(ToChild.__args__)
    assert {type(message) for message in FROM_CHILD} == set(FromChild.__args__)


@given(recipes(st.text(st.characters())))
@settings(max_examples=50, deadline=None)
def test_any_recipe_arrives_as_it_is(recipe: Recipe) -> None:
    message = Paint(number=1, recipe=recipe, sources={}, facts={})

    assert to_child(through(message)) == message


def test_a_sentence_keeps_its_values_and_a_text_that_looks_like_one_stays_a_text() -> None:
    said = Phrase("It took {seconds:.1f} s.", seconds=0.25)
    written = '{"sentence": "A {b}", "values": {"b": 1}}'
    picture = Picture(recipe=EVERYTHING, png=b"", seconds=1.0, notes=(said, written))

    arrived = from_child(through(Painted(number=1, picture=picture)))

    assert isinstance(arrived, Painted)
    first, second = arrived.picture.notes
    assert isinstance(first, Phrase)
    assert (first.sentence, first.values) == (said.sentence, said.values)
    assert second == written


VITALS = {"is": "Vitals", "used": 1, "total": 2, "temperature": None}
STEPPED = {"is": "Stepped", "number": 1, "step": 2, "preview": None}


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"is": None},
        {"is": []},
        {"is": "Close"},
        {"is": "Picture"},
        {**STEPPED, "number": "1"},
        {**STEPPED, "number": True},
        {**STEPPED, "number": 1.0},
        {**STEPPED, "number": None},
        {**STEPPED, "more": 1},
        {"is": "Stepped", "number": 1},
        {**STEPPED, "preview": "words"},
        {**STEPPED, "preview": {"aside": 0}},
        {"is": "Loaded", "models": "book"},
        {"is": "Loaded", "models": [1]},
        {"is": "Loaded", "models": [{"phrase": 1}]},
        {"is": "Ready", "cards": [], "seats": 1},
        {"is": "Ready", "cards": {"a": {"is": "Ready"}}, "seats": 1},
        {"is": "Painted", "number": 1, "picture": {"is": "Picture", "recipe": {}}},
        {"is": "Told", "measured": {"is": "Line"}},
        {"is": "Seen", "number": 1, "vitals": {**VITALS, "is": "Look"}},
        {"is": "Seen", "number": 1, "vitals": {**VITALS, "temperature": "41"}},
        {"is": "Seen", "number": 1, "vitals": {**VITALS, "temperature": True}},
        {
            "is": "Told",
            "measured": {"is": "Relieved", "work": "play", "rung": None},
        },
    ],
)
def test_what_nobody_says_is_rubbish(told: Any) -> None:
    with pytest.raises(Rubbish, match="nobody says"):
        from_child(Frame(told=told))


def test_what_only_a_child_says_is_rubbish_from_a_parent() -> None:
    with pytest.raises(Rubbish):
        to_child(through(Loaded(models=())))


def test_a_measure_that_is_none_of_those_is_rubbish() -> None:
    told = {**through(TO_CHILD[0]).told, "previews": "coarse"}

    with pytest.raises(Rubbish):
        to_child(Frame(told=told))


@dataclass
class Strange:
    """Holds what goes to no other process."""

    what: object


def test_what_goes_to_no_other_process_is_a_bug_where_it_is_sent() -> None:
    with pytest.raises(TypeError, match="object goes to no other process"):
        formed(Strange(object()), [])
