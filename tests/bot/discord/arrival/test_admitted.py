"""Files of people: read a few at a time, and only of those who may ask for something."""

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import discord
import pytest

from bot.discord.pictures.fetched import MOST_AT_ONCE, Files
from engine.errors import InvalidRequest
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import did
from tests.bot.discord.results import owner
from tests.discord_server.nouns import Upload
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL
from tests.fakes import a_png

SENT = Upload(name="sent.png", content=a_png())


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file of Discord's, as a message names it."""

    url: str = "https://cdn.discordapp.com/attachments/1/2/a.png"
    size: int = 3


@dataclass
class Host:
    """Has every file once the gate is open. Of so many at a time nobody should ask for more."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    crowded: asyncio.Event = field(default_factory=asyncio.Event)
    begun: Counter[str] = field(default_factory=Counter)

    async def read(self, address: str, _: int) -> bytes:
        self.begun[address] += 1
        if len(self.begun) >= MOST_AT_ONCE:
            self.crowded.set()
        await self.gate.wait()
        return b"red"


async def read(files: Files, attached: Attached) -> bytes:
    async with files.fetched(cast(discord.Attachment, attached), "picture") as content:
        return content


@pytest.mark.parametrize(
    ("command", "options", "sentence"),
    [
        ("block", {"person": ALICE, "reason": "spam"}, "You are blocked"),
        ("pause", {"queue": "drain"}, "run empty"),
        ("quota", {"person": ALICE, "waiting": "1"}, "waiting"),
    ],
    ids=["blocked", "drained", "too many wait"],
)
async def test_of_who_may_ask_for_nothing_no_file_is_read(
    server: Discord, easel: Easel, command: str, options: dict[str, object], sentence: str
) -> None:
    for _ in range(easel.painter.seats + 1):
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a hen")
        await server.message(asked, lambda message: "hen" in message.text)
    await did(server, command, **options)

    await server.command(ALICE, GENERAL, "imagine", prompt="a fox", image=SENT)
    await server.message(ALICE, lambda message: sentence in message.text)

    assert server.requests(Route.FILE) == []
    digest = hashlib.sha256(SENT.content).hexdigest()
    assert not await easel.app.ledger.own(owner(ALICE).id, [digest])


async def test_of_who_may_ask_for_nothing_no_picture_on_a_message_is_read(
    server: Discord, easel: Easel
) -> None:
    message = await server.say(BOB, GENERAL, "look", SENT)
    asked = await server.menu(ALICE, message, "Use as source")
    await asked.replied()
    await did(server, "block", person=ALICE, reason="spam")

    await server.submit(asked, {"prompt": "a hen"})
    told = await server.message(ALICE, lambda message: "You are blocked" in message.text)

    assert "a hen" in told.text
    assert server.requests(Route.FILE) == []


async def test_a_few_files_are_read_at_a_time() -> None:
    host = Host()
    files = Files(read=host.read)
    named = [Attached(url=f"{Attached().url}?{n}") for n in range(MOST_AT_ONCE + 1)]

    async with asyncio.TaskGroup() as group:
        reading = [group.create_task(read(files, one)) for one in named]
        await host.crowded.wait()
        begun = [host.begun[one.url] for one in named]
        host.gate.set()

    assert begun == [1] * MOST_AT_ONCE + [0]
    assert {one.result() for one in reading} == {b"red"}


async def test_a_file_that_never_comes_is_given_up() -> None:
    files = Files(patience=0.0, read=Host().read)

    with pytest.raises(InvalidRequest, match="does not give me the picture"):
        await read(files, Attached())
