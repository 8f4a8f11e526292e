"""What the program itself takes for a job, from the command to the picture on Discord."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean
from time import process_time

import psutil

from bot.settings import Settings
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.processes import refusals, running
from tests.discord_server.interaction import Interaction
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL

SIMULATED = ("tests.bot.discord.counts.simulated",)
AT_ONCE = 16
WARM = 50
"""Caches fill up before it is measured."""
MOST = 30.0
"""Yardsticks, several times what it takes: where threads change slowly it takes more of them."""
TURNS = 100_000


def yardstick_ms() -> float:
    """What this machine takes, as busy as it is, for a piece of Python that is always the same."""
    began, total = process_time(), 0
    for number in range(TURNS):
        total += number
    assert total == TURNS * (TURNS - 1) // 2
    return (process_time() - began) * 1000


async def ask(server: Discord, crowd: Sequence[User], first: int, count: int) -> None:
    """So many commands, each when one of those before has its picture."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with room:
            asked = await server.command(
                crowd[number % len(crowd)], GENERAL, "imagine", prompt=f"fox {number}"
            )
            await server.until(lambda: has_picture(asked), "a picture", 60)

    async with asyncio.TaskGroup() as tasks:
        for number in range(first, first + count):
            tasks.create_task(one(number))


def has_picture(asked: Interaction) -> bool:
    return bool(asked.original and asked.original.shown)


@counted(500, usual=20)
async def test_a_job_on_discord_takes_little_of_the_processor(
    server: Discord,
    crowd: Sequence[User],
    settings: Settings,
    tmp_path: Path,
    tell: Callable[[str], None],
    count: int,
) -> None:
    async with running(SIMULATED, server, settings, log=tmp_path / "log") as process:
        easel = psutil.Process(process.pid)
        warm = min(count, WARM)
        await ask(server, crowd, 0, warm)
        yardsticks, before = [yardstick_ms()], easel.cpu_times()
        asked = len(server.record.requests)
        await ask(server, crowd, warm, count)
        after = easel.cpu_times()
        yardsticks.append(yardstick_ms())
        requests = (len(server.record.requests) - asked) / count

    took = (after.user - before.user + after.system - before.system) * 1000 / count
    yardstick = fmean(yardsticks)
    tell(f"a job on Discord took {took:.1f} ms of CPU and {requests:.2f} requests, {count} jobs")
    tell(f"a yardstick took {yardstick:.2f} ms")
    assert took < MOST * yardstick
    assert not refusals(server)
