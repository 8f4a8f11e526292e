"""Whatever is sent over HTTP, it is done or refused in a dialect of ours."""

import json
import random
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientResponse
from yarl import URL

from bot.web.endpoint import Endpoint
from bot.web.problem import BUG
from engine.job import Owner
from tests.bot.web.conftest import Client, House, Visit
from tests.bot.web.test_openapi import endpoints_in, nowhere
from tests.security.corpus import spoiled, texts, values
from tests.security.entrances import bugs_in, through

ENDLESS = "/v1/events"
CLOSES = ("PUT", "/v1/queue")
"""After it nothing may be painted any more."""
TURNS = 300
"""A key opens so often before the next one is taken, so that nobody asks too often."""
WHO = Owner(id="key:hostile")
LEAKS = ("Traceback", 'File "', "sqlalchemy", "pydantic", "sqlite3.", "aiohttp.", "/bot/web/")
SAID = ("detail", "error", "message", "errors")
"""Where the dialects have their sentence."""
FOX = {"prompt": "a fox", "size": "64x64", "width": 64, "height": 64, "steps": 1, "name": "a fox"}
BODIES = 4
"""So many times as often is asked what reads a body."""

Opened = Callable[[], Awaitable[Client]]


@pytest.fixture
def opened(visit: Visit, house: House) -> Opened:
    """A client who may do everything, again and again."""
    clients: list[Client] = []
    turns = 0

    async def once_more() -> Client:
        nonlocal turns
        if turns % TURNS == 0:
            clients.append(await visit(await house.key(f"key-{turns}", owner=WHO)))
        turns += 1
        return clients[-1]

    return once_more


class Hostile:
    """Asks everything in a way that it was not meant."""

    def __init__(self, count: int) -> None:
        self._chance = random.Random(5)
        self._words = texts(count)
        self._values = values(count)

    def address(self, endpoint: Endpoint) -> URL:
        path = nowhere(endpoint)
        if endpoint.places and self._chance.random() < 0.5:
            named = {name: self._word() or "0" for name in endpoint.places}
            path = endpoint.path.format(**named)
        if endpoint.query is not None and self._chance.random() < 0.7:
            fields = [*endpoint.query.model_fields, "nothing"]
            asked = {name: self._word() for name in self._chance.sample(fields, 1)}
            path += "?" + "&".join(f"{name}={word}" for name, word in asked.items())
        return URL(path, encoded=True)

    def body(self, endpoint: Endpoint) -> dict[str, Any]:
        if endpoint.body is None:
            return {}
        kind = self._chance.choice(endpoint.media)
        if kind != "application/json":
            words = self._chance.choice(self._words).encode(errors="surrogatepass")
            return {"data": words, "headers": {"Content-Type": kind}}
        fields = [str(field.alias or name) for name, field in endpoint.body.model_fields.items()]
        some = self._chance.sample(fields, min(len(fields), self._chance.randint(0, 3)))
        told = {name: FOX[name] for name in FOX if name in fields}
        told |= {name: self._chance.choice(self._values) for name in some}
        content = spoiled(told, self._chance, self._values)
        return {"data": content, "headers": {"Content-Type": "application/json"}}

    def _word(self) -> str:
        word = self._chance.choice(self._words)[:200]
        return quote(word.encode(errors="surrogatepass"), safe="")


async def wrong_in(answer: ClientResponse) -> str:
    """What must not be in an answer."""
    text = await answer.text(errors="replace")
    if answer.status >= 500 and answer.status != 503:
        return f"{answer.status} {text[:200]}"
    if leaks := [leak for leak in LEAKS if leak in text]:
        return f"{leaks} in {text[:200]}"
    if BUG in text:
        return text[:200]
    if answer.status < 400:
        return ""
    try:
        told = json.loads(text)
    except ValueError:
        return f"{answer.status} without JSON: {text[:200]}"
    typed = isinstance(told, dict) and any(name in told for name in SAID)
    return "" if typed else f"{answer.status} without a sentence: {text[:200]}"


@through("http")
@pytest.mark.promise(17, count=3000)
async def test_whatever_is_sent_is_done_or_refused_in_a_dialect_of_ours(
    opened: Opened, house: House, count: int, caplog: pytest.LogCaptureFixture
) -> None:
    house.painter.gate.set()
    hostile = Hostile(count)
    every = [
        one
        for one in endpoints_in(house)
        for _ in range(BODIES if one.body else 1)
        if one.path != ENDLESS
    ]
    every.sort(key=lambda one: (one.method, one.path) == CLOSES)
    wrong = []

    for number in range(count):
        # Those that come last in the order come last in time.
        endpoint = every[number * len(every) // count]
        address, body = hostile.address(endpoint), hostile.body(endpoint)
        answer = await (await opened()).request(endpoint.method, address, **body)
        if why := await wrong_in(answer):
            wrong.append(f"{endpoint.method} {address} {body}: {why}"[:600])

    assert wrong == []
    assert bugs_in(caplog.records) == []


@pytest.mark.parametrize("path", ["/", "/login"])
async def test_whatever_is_written_into_a_form_of_the_page_is_done_or_refused(
    client: Client, house: House, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    house.painter.gate.set()
    chance, words = random.Random(9), texts(50)

    for word in words:
        name = chance.choice(["prompt", "key", "negative", "model", "size", "seed", "nothing"])
        form = {"prompt": "a fox", name: word.encode(errors="replace").decode()}
        answer = await client.post(path, data=form, allow_redirects=False)
        text = await answer.text(errors="replace")

        assert answer.status < 500, (form, text[:300])
        assert not [leak for leak in LEAKS if leak in text]
        assert not [tag for tag in ("<script>alert", "<img src=x") if tag in text]
    assert bugs_in(caplog.records) == []
