"""Thousands of commands at once: each is acknowledged, and whoever is refused hears of it."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from bot.settings import Settings
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.figures import Figures
from tests.bot.discord.counts.processes import quick, refusals, running
from tests.discord_server.interaction import ANSWER_WITHIN_S, Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.routes import Route
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL

SPAN_S = 2.0
MOST_KEPT, MOST_KEPT_OF_EACH = 32 * 2**20, 8 * 2**10
"""By how many bytes the program may grow after the first burst: caches that fill up, and what is
remembered of each command for some minutes."""
MOST_FILES = 400
"""Many systems let a program have 1,024."""


async def burst(
    server: Discord, crowd: Sequence[User], count: int, easel: psutil.Process
) -> tuple[list[Interaction], int]:
    """All commands in two seconds, and how many files were open then; all have ended."""
    began = asyncio.get_running_loop().time()
    asked = []
    for number in range(count):
        due = began + number * SPAN_S / count
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        user = crowd[number % len(crowd)]
        asked.append(await server.command(user, GENERAL, "imagine", prompt=f"fox {number}"))
    await server.until(lambda: all(one.reply for one in asked), "all answers", 60)
    files = easel.num_fds()
    await server.until(lambda: all(map(ended, asked)), "the end of all commands", 300)
    return asked, files


def ended(asked: Interaction) -> bool:
    """With a picture, or with a sentence for whoever asked."""
    return bool(refusal(asked) or (asked.original and asked.original.shown))


def refusal(asked: Interaction) -> Message | None:
    return next((one for one in asked.messages if "queue is full" in one.text), None)


@counted(2000)
@pytest.mark.promise(10)
async def test_in_a_burst_everybody_is_answered_in_time_and_little_is_kept(
    server: Discord,
    crowd: Sequence[User],
    settings: Settings,
    tmp_path: Path,
    tell: Callable[[str], None],
    count: int,
) -> None:
    narrow = settings.model_copy(update={"queue_limit": count // 10})
    async with running(quick(0.02), server, narrow, log=tmp_path / "log") as process:
        easel = psutil.Process(process.pid)
        asked, files = await burst(server, crowd, count, easel)
        before = easel.memory_info().rss
        for _ in range(2):
            more, open_now = await burst(server, crowd, count, easel)
            asked, files = asked + more, max(files, open_now)
        kept = easel.memory_info().rss - before

    figures = Figures.of(one.took for one in asked)
    refused = [(one, message) for one in asked if (message := refusal(one))]
    heard = Figures.of(message.now.at - one.asked_at for one, message in refused)
    tell(f"acknowledged in a burst, {figures}; refused, {heard}")
    tell(f"{kept / 2**20:.1f} MiB more after {2 * count} more commands, {files} open files")
    assert figures.longest < ANSWER_WITHIN_S
    assert refused
    assert heard.longest < ANSWER_WITHIN_S
    assert not refusals(server)
    assert kept < MOST_KEPT + MOST_KEPT_OF_EACH * 2 * count
    assert files < MOST_FILES


@counted(5000)
async def test_however_many_ask_at_once_few_files_are_open(
    server: Discord, crowd: Sequence[User], settings: Settings, tmp_path: Path, count: int
) -> None:
    async with running(quick(0.02), server, settings, log=tmp_path / "log") as process:
        for number in range(count):
            user = crowd[number % len(crowd)]
            await server.command(user, GENERAL, "imagine", prompt=f"fox {number}")
        # In the midst of it: those whose turn would come too late are not answered at all.
        some = count // 20
        await server.until(lambda: len(server.requests(Route.CALLBACK)) >= some, "answers", 60)
        files = psutil.Process(process.pid).num_fds()

    assert files < MOST_FILES
