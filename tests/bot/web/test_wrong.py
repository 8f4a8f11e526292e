"""What is wrong with a field is told in words of those who sent it, whatever is wrong with it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import FormData
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.web.a1111.scripts import Unit
from bot.web.app import endpoints_of
from bot.web.asked import Asked
from bot.web.bodies import checked
from bot.web.fields import TYPED
from bot.web.links import Links
from bot.web.login import SignedIn
from bot.web.stream import streams_of
from bot.web.wrong import KNOWN, sentence_about
from engine.clock import utc_now
from engine.errors import InvalidRequest
from tests.bot.web.conftest import SECRET, Client, House
from tests.fakes import a_png

PYTHON = re.compile(
    r"input should|valid\b|python|tuple|dict\b|instance|None|True|False|validation|pattern|pydantic"
    r"|\w\(|nullable|unicode|parse|finite|str\b|int\b|bool\b|\bfield|another kind"
)
WRONG: tuple[Any, ...] = (
    *(None, True, 0, -1, 0.5, 10**12, 1e30, float("nan"), "", "x", "20", "\x00", "y" * 10**5, b"x"),
    *([], [None], ["x"], [1, 2], [1, 2, 3, 4, 5], [{}] * 200, {}, {"x": 1}, [{"x": 1}]),
    *([{"name": "a", "image": "b", "weight": "1"}], [{"name": 5, "image": {}}], {"image": 5}),
    *("2027-01-01T00:00:00", "9999-12-31T23:59:59-23:59", "2500-01-01T00:00:00Z"),
)


async def test_no_sentence_speaks_of_what_it_is_made_of(house: House) -> None:
    endpoints = endpoints_of(house.app, streams_of(house.app), Links(SECRET, utc_now))
    kinds = {kind for each in endpoints for kind in (each.body, each.query)}
    met = set()

    for kind in {*kinds, SignedIn, Unit} - {None}:
        assert kind is not None
        for wrong in wrongs_of(kind):
            met.add(wrong["type"])
            sentence = sentence_about(wrong, kind)
            told = re.sub("“.*?”", "", sentence)
            for name in kind.model_fields:
                told = told.replace(name, "")
            assert not PYTHON.search(told), sentence
            assert len(sentence) < 400

    assert met <= KNOWN
    assert len(met) > 20


def wrongs_of(kind: type[BaseModel]) -> Iterator[ErrorDetails]:
    contents: list[dict[str, Any]] = [{}, {"nothing": 1}]
    contents += [
        {field.alias or name: wrong} for name, field in kind.model_fields.items() for wrong in WRONG
    ]
    for content in contents:
        for typed in (True, False):
            try:
                kind.model_validate(content, context={TYPED: typed})
            except ValidationError as error:
                yield from error.errors(include_url=False)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"prompt": None}, "prompt is a text, not null."),
        ({"prompt": "a fox", "steps": "20"}, "steps is a whole number, not “20”."),
        ({"prompt": "a fox", "steps": 20.5}, "steps is a whole number, not 20.5."),
        ({"prompt": "a fox", "guidance": "7"}, "guidance is a number, not “7”."),
        ({"prompt": "a fox", "seed": True}, "seed is a whole number, not true."),
        ({"prompt": "a fox", "exact": "yes"}, "exact is true or false, not “yes”."),
        ({"prompt": "a fox", "exact": 1}, "exact is true or false, not 1."),
        ({"prompt": "a fox", "count": 17}, "count is 16 or less, not 17."),
        ({"prompt": "a fox", "outpaint": [0, 0]}, "outpaint has too few entries."),
        ({"prompt": "a fox", "outpaint": ["0"] * 4}, "outpaint.0 is a whole number, not “0”."),
        ({"prompt": "a fox", "outpaint": 5}, "outpaint is a list, not 5."),
        (
            {"prompt": "a fox", "references": [{"image": "a"}] * 5},
            "references has 5 entries, and 4 are the most.",
        ),
        ({"prompt": "a fox", "controls": [5]}, "controls.0 is an object, not 5."),
        (
            {"prompt": "a fox", "controls": [{"name": "a", "image": "b", "weight": "1"}]},
            "controls.0.weight is a number, not “1”.",
        ),
        (
            {"prompt": "a fox", "controls": [{"name": "a", "image": "b", "wieght": 1}]},
            "I know no “wieght” in controls.0. Did you mean weight?",
        ),
    ],
)
def test_it_says_what_it_should_be(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked(Asked, content, typed=True)

    assert str(refused.value) == sentence


def test_what_is_no_json_has_no_kinds() -> None:
    asked = checked(Asked, {"prompt": "a fox", "steps": "20", "exact": "true"})

    assert isinstance(asked, Asked)
    assert (asked.steps, asked.exact) == (20, True)


def test_a_part_of_a_choice_is_called_by_its_field() -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked(Unit, {"image": ["a"]})

    assert str(refused.value) == "image is a text, not a list."


async def test_a_mistake_of_a_request_itself_is_told_without_its_insides(caller: Client) -> None:
    form = FormData({"prompt": "a fox"})
    for _ in range(6):
        form.add_field("image[]", a_png(), filename="fox.png", content_type="image/png")

    answer = await caller.post("/v1/images/edits", data=form)

    sentence = (await answer.json())["error"]["message"]
    assert "at most 4 pictures" in sentence
    assert "ReferenceWish" not in sentence


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b'{"prompt": "a fox", "prompt": "a cat"}', "prompt is there twice. Keep one of them."),
        (b'{"prompt": "a", "controls": [{"name": 1, "name": 2}]}', "name is there twice."),
        (b'{"prompt": "a fox", "size": "64x64", "width": 64, "height": 64}', "Say one of size"),
        (b'{"prompt": "a fox", "size": "64x64", "aspect": "1:1"}', "Say one of size"),
        (b'{"prompt": "a fox", "size": "64x64", "height": 64}', "Say one of size"),
        (b'{"prompt": "a fox", "steps": "20"}', "steps is a whole number"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/quote"])
async def test_what_contradicts_itself_is_refused(
    caller: Client, path: str, body: bytes, sentence: str
) -> None:
    answer = await caller.post(path, data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 422
    assert sentence in (await answer.json())["detail"]


async def test_the_mark_that_some_editors_write_first_is_passed_over(caller: Client) -> None:
    body = b'\xef\xbb\xbf{"prompt": "a fox"}'

    answer = await caller.post("/v1/quote", data=body, headers={"Content-Type": "application/json"})

    assert answer.status == 200
