"""kill -9 between acknowledgement and result: the next program ends what the one before began."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.app import open_accounts
from bot.settings import Settings
from engine.purse import Kind
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.processes import kill, quick, refusals, running
from tests.discord_server.interaction import Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL
from tests.storage.crash.checks import state_of

PATIENCE_S = 60.0
ENDED = "seed"
MOMENTS = ((2, "should be there"), (0, "Painting"), (0, ENDED))
"""Which of three jobs is looked at, and what is read of it when the program dies: it waits, it is
painted, or it was just told. Whoever looks late sees its end."""


async def require_pictures(server: Discord, asked: Sequence[Interaction]) -> None:
    for one in asked:
        await server.message(one, lambda message: bool(message.shown), PATIENCE_S)


async def until_known(database: str, jobs: int) -> None:
    while (await state_of(database)).jobs < jobs:  # noqa: ASYNC110  # it has no event
        await asyncio.sleep(0.02)


def reading(*words: str) -> Callable[[Message], bool]:
    return lambda message: any(one in message.text for one in words)


@counted(50, usual=3)
@pytest.mark.promise(16)
async def test_every_job_ends_once_in_the_place_of_its_loading_message(
    server: Discord, crowd: Sequence[User], settings: Settings, tmp_path: Path, count: int
) -> None:
    log = tmp_path / "log"
    asked: list[Interaction] = []

    for number in range(count):
        async with running(quick(0.2), server, settings, log=log) as easel:
            # Whatever is interrupted three times is given up, so each is interrupted once.
            await require_pictures(server, asked[-3:])
            user = crowd[number % len(crowd)]
            names = (f"fox {number}", f"hen {number}", f"cat {number}")
            three = [await server.command(user, GENERAL, "imagine", prompt=name) for name in names]
            # Only what is written down outlives a program.
            await until_known(settings.database, 3 * (number + 1))
            which, words = MOMENTS[number % len(MOMENTS)]
            await server.message(three[which], reading(words, ENDED), PATIENCE_S)
            await kill(easel)
            asked += three
    async with running(quick(0.0), server, settings, log=log):
        await require_pictures(server, asked)
        while (await state_of(settings.database)).undelivered:  # noqa: ASYNC110  # it has no event
            await asyncio.sleep(0.05)

    charges = []
    async with open_accounts(settings) as accounts:
        for user in crowd:
            entries = await accounts.entries(f"discord:{user.id}", most=20 * count)
            charges += [entry.job for entry in entries if entry.kind is Kind.SETTLE]
    assert server.requests(Route.CALLBACK).count(200) == len(asked)
    assert server.messages(GENERAL) == [one.original for one in asked]
    assert len(charges) == len(set(charges)) == len(asked)
    assert not refusals(server)
