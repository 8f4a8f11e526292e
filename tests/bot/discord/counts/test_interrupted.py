"""kill -9 between acknowledgement and record: the next program says so, and charges nothing."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import open_accounts
from bot.settings import Settings
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.processes import kill, quick, refusals, running
from tests.discord_server.interaction import TOKEN_LIFE_S, Interaction
from tests.discord_server.nouns import User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL
from tests.storage.crash.checks import state_of

SENTENCE = "Easel was restarted in the middle of your command. Ask again; nothing was charged."
PATIENCE_S = 60.0


@counted(50, usual=2)
@pytest.mark.promise(16)
async def test_whoever_is_cut_off_before_the_record_is_told_once(
    server: Discord, crowd: Sequence[User], settings: Settings, tmp_path: Path, count: int
) -> None:
    log = tmp_path / "log"
    asked: list[Interaction] = []
    database = settings.data_dir / "easel.db"

    for number in range(count):
        async with running(quick(0.0), server, settings, log=log) as easel:
            for one in asked[-1:]:
                await server.message(one, patience=PATIENCE_S)
            with closing(sqlite3.connect(database, isolation_level=None)) as held:
                # Nothing can be recorded any more.
                held.execute("BEGIN IMMEDIATE")
                user = crowd[number % len(crowd)]
                one = await server.command(user, GENERAL, "imagine", prompt=f"fox {number}")
                await one.replied()
                await kill(easel)
            asked.append(one)
    async with running(quick(0.0), server, settings, log=log):
        told = [await server.message(one, patience=PATIENCE_S) for one in asked]

    assert [message.text for message in told] == [SENTENCE] * count
    assert server.messages(GENERAL) == [one.original for one in asked]
    assert server.requests(Route.CALLBACK) == [200] * count
    assert (await state_of(settings.database)).jobs == 0
    async with open_accounts(settings) as accounts:
        for user in crowd:
            assert not await accounts.entries(f"discord:{user.id}")
    assert not refusals(server)


@counted(10)
async def test_whoever_is_cut_off_after_a_late_yes_is_told(
    server: Discord, settings: Settings, tmp_path: Path, count: int
) -> None:
    database = settings.data_dir / "easel.db"

    for _ in range(count):
        async with running(quick(0.0), server, settings, log=tmp_path / "log") as easel:
            asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
            question = await server.message(asked, patience=PATIENCE_S)
            server.clock.move(TOKEN_LIFE_S)
            with closing(sqlite3.connect(database, isolation_level=None)) as held:
                # Nothing can be recorded any more.
                held.execute("BEGIN IMMEDIATE")
                await (await server.press(ALICE, question, "Paint them")).replied()
                await kill(easel)
        async with running(quick(0.0), server, settings, log=tmp_path / "log"):
            over = await server.message(question, lambda one: not one.buttons, PATIENCE_S)

        assert over.text == SENTENCE
