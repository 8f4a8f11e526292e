"""How long people wait for the first sign while the engine paints in its thread all the time.

Each time, `pictures/test_exact.py` looks at the few who ask there.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.bot.discord.counts.amount import counted
from tests.bot.discord.counts.figures import Figures
from tests.bot.discord.counts.processes import SERVE, running
from tests.discord_server.interaction import ANSWER_WITHIN_S, Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL
from tests.storage.crash.checks import state_of

GAP_S = 0.1
ALL_AT_ONCE = {"size": "256x256", "count": 4}
"""The largest that the built-in model paints, and as many as are painted in company."""
P99_S, IDLE_S = 0.5, 0.1


async def stream(
    server: Discord, crowd: Sequence[User], times: int, **options: object
) -> list[Interaction]:
    """One command after the other, whether those before were answered or not."""
    began = asyncio.get_running_loop().time()
    asked = []
    for number in range(times):
        due = began + number * GAP_S
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        user, prompt = crowd[number % len(crowd)], f"{number} red circles"
        asked.append(await server.command(user, GENERAL, "imagine", prompt=prompt, **options))
    for one in asked:
        await one.replied()
    return asked


def _is_begun(message: Message) -> bool:
    return "Painting" in message.text or bool(message.shown)


@counted(1000, usual=0)
@pytest.mark.promise(11)
async def test_everybody_is_answered_in_time_while_the_engine_paints(
    server: Discord,
    crowd: Sequence[User],
    settings: Settings,
    tmp_path: Path,
    tell: Callable[[str], None],
    count: int,
) -> None:
    async with running(SERVE, server, settings, log=tmp_path / "log"):
        idle = await stream(server, crowd, count // 10, model="nothing")
        await server.command(crowd[0], GENERAL, "imagine", prompt="a red circle", **ALL_AT_ONCE)
        # On a quick machine it is there before anybody says that it is being painted.
        await server.message(GENERAL, _is_begun, patience=60)
        busy = await stream(server, crowd, count, **ALL_AT_ONCE)
        left = (await state_of(settings.database)).unfinished

    resting, working = Figures.of(one.took for one in idle), Figures.of(one.took for one in busy)
    tell(f"acknowledged while it rests, {resting}; while it paints, {working}")
    # Otherwise it did not paint all the time.
    assert left
    assert working.longest < ANSWER_WITHIN_S
    assert working.p99 <= P99_S
    assert resting.p99 <= IDLE_S
