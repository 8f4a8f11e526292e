"""The page of a rented machine: a prompt goes in, a PNG comes out."""

import json
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import pytest

from bot.modal_page import MOST, Page, Paints
from engine.addon import Shelf
from engine.card import ModelCard
from engine.errors import PainterGone
from engine.job import Picture, Recipe
from engine.ports import Tell
from tests.fakes import BOOK, FakePainter


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def detail(self) -> str:
        return str(json.loads(self.body)["detail"])


class Gone:
    """One whose engine did not start."""

    @property
    def cards(self) -> Mapping[str, ModelCard]:
        raise PainterGone("The engine did not start.")

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        raise AssertionError("nobody can know what to ask it for")


def open_painter() -> FakePainter:
    painter = FakePainter()
    painter.gate.set()
    return painter


async def ask(painter: Paints, *parts: bytes, method: str = "POST") -> Got:
    """As a server of ASGI does, which hands a body over in parts."""
    page = Page(painter=painter, shelf=Shelf)
    waiting = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)}
        for number, part in enumerate(parts, 1)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await page({"type": "http", "method": method}, receive, send)
    start, body = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Got(status=start["status"], headers=headers, body=body["body"])


async def test_a_prompt_makes_a_picture_with_its_seed() -> None:
    painter = open_painter()

    got = await ask(painter, b'{"prompt": "a fox", "num_inference', b'_steps": 3, "seed": 7}')

    [recipe] = painter.painted
    assert (recipe.prompt, recipe.steps, recipe.seed) == ("a fox", 3, 7)
    assert got.status == 200
    assert got.body.startswith(b"\x89PNG")
    assert got.headers["content-type"] == "image/png"
    assert got.headers["x-seed"] == "7"
    assert float(got.headers["x-generation-time"]) >= 0


async def test_without_a_seed_each_picture_is_another() -> None:
    painter = open_painter()

    for _ in range(2):
        await ask(painter, b'{"prompt": "a fox"}')

    first, second = painter.painted
    assert first.seed != second.seed


async def test_a_size_that_the_model_does_not_paint_is_made_of_one_that_it_does() -> None:
    painter = open_painter()

    await ask(painter, b'{"prompt": "a fox", "width": 1024, "height": 1024}')

    [recipe] = painter.painted
    assert recipe.final_size == (1024, 1024)
    assert recipe.width <= BOOK.largest


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (b"", "Send an object of JSON"),
        (b"a fox", "Send an object of JSON"),
        (b"[]", "Send an object of JSON"),
        (b"\xff", "Send an object of JSON"),
        (b"[" * 60_000, "Send an object of JSON"),
        (b"{}", "prompt is missing"),
        (b'{"prompt": "a fox", "stepz": 3}', "stepz"),
        (b'{"prompt": "a fox", "steps": 151}', "steps"),
        (b'{"prompt": "a fox", "model": "other"}', "I have no model"),
        (b'{"prompt": "a fox --count 2"}', "One picture comes"),
        (b'{"prompt": "a fox", "wait": false}', "Leave wait out"),
        (b'{"prompt": "' + b"a" * MOST + b'"}', "more than a request can be"),
    ],
)
async def test_what_cannot_be_painted_is_refused_in_a_sentence(asked: bytes, words: str) -> None:
    painter = open_painter()

    got = await ask(painter, asked)

    assert got.status == 422
    assert words in got.detail
    assert painter.painted == []


@pytest.mark.parametrize(("prompt", "status"), [("fail", 500), ("bug", 500), ("lose", 500)])
async def test_what_went_wrong_is_said_and_a_bug_says_nothing(prompt: str, status: int) -> None:
    got = await ask(open_painter(), json.dumps({"prompt": prompt}).encode())

    assert got.status == status
    assert got.headers["content-type"] == "application/json"
    assert "Traceback" not in got.detail
    assert got.detail.endswith(".")


async def test_an_engine_that_did_not_start_is_said() -> None:
    for method in ("GET", "POST"):
        got = await ask(Gone(), b'{"prompt": "a fox"}', method=method)

        assert (got.status, got.detail) == (503, "The engine did not start.")


async def test_it_says_that_it_is_there() -> None:
    got = await ask(open_painter(), method="GET")

    assert (got.status, json.loads(got.body)) == (200, {"status": "ok", "models": ["book"]})


async def test_nothing_else_can_be_done() -> None:
    got = await ask(open_painter(), method="DELETE")

    assert got.status == 405


async def test_who_hangs_up_gets_no_picture() -> None:
    painter = open_painter()

    await ask(painter)

    assert painter.painted == []


async def test_there_is_nothing_to_talk_about_for_long() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await Page(painter=open_painter(), shelf=Shelf)({"type": "websocket"}, receive, send)

    assert sent == [{"type": "websocket.close"}]


async def test_a_server_may_start_and_end_it() -> None:
    page, sent = Page(painter=open_painter(), shelf=Shelf), list[str]()
    waiting = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> MutableMapping[str, Any]:
        return waiting.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message["type"])

    await page({"type": "lifespan"}, receive, send)

    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
