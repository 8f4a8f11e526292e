"""Reads a stream of events as a browser does."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.bot.web.conftest import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An event, with the number that the browser comes back with after it."""

    kind: str
    content: Mapping[str, Any]
    number: int


@dataclass
class Listener:
    """One open stream."""

    answer: aiohttp.ClientResponse
    number: int = 0
    beats: int = 0
    fields: dict[str, str] = field(default_factory=dict)

    async def next(self, kind: str | None = None) -> Heard:
        """The next event, or the next one of that kind. Raises EOFError at the end."""
        while True:
            line = await self.answer.content.readline()
            if not line:
                raise EOFError
            text = line.decode().rstrip("\n")
            if text:
                name, _, value = text.partition(":")
                self.fields[name] = value.strip()
                continue
            if (heard := self._ended()) and kind in {None, heard.kind}:
                return heard

    async def until(self, kind: str, **content: object) -> Heard:
        """The next event of that kind that says so."""
        while True:
            heard = await self.next(kind)
            if content.items() <= heard.content.items():
                return heard

    async def to_the_end(self) -> None:
        """Until the stream ends."""
        with suppress(EOFError):
            while True:
                await self.next()

    async def greeting(self) -> int:
        """The number from which it goes on."""
        while not self.number:
            line = (await self.answer.content.readline()).decode()
            if line.startswith("id:"):
                self.number = int(line.removeprefix("id:"))
        return self.number

    async def beat(self) -> None:
        """Until there is a sign of life."""
        while "" not in self.fields:
            line = (await self.answer.content.readline()).decode().rstrip("\n")
            if line.startswith(":"):
                return

    def _ended(self) -> Heard | None:
        fields, self.fields = self.fields, {}
        self.number = int(fields.get("id", self.number))
        if "data" not in fields:
            return None
        content = json.loads(fields["data"])
        return Heard(kind=fields["event"], content=content, number=self.number)


@asynccontextmanager
async def listening(
    client: Client, *, last: str | int | None = None, after: int | None = None
) -> AsyncIterator[Listener]:
    """`last` is what a browser heard before it lost its stream."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    query = {} if after is None else {"after": str(after)}
    async with client.get("/v1/events", headers=headers, params=query) as answer:
        assert answer.status == 200, await answer.text()
        listener = Listener(answer)
        if last is None:
            await listener.greeting()
        yield listener
