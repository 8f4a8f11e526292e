"""The real program with two painters in processes of their own, of which one is killed."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest

from tests.bot.web.events.served import served

CHILD = "engine.child"
JOBS, PICTURES = 6, 4
PATIENCE_S = 120


def children_of(program: int) -> list[psutil.Process]:
    found = psutil.Process(program).children()
    return [child for child in found if CHILD in child.cmdline()]


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_one_that_is_killed_is_back_soon_and_nothing_is_lost_or_paid_twice(
    tmp_path: Path,
) -> None:
    more = {"EASEL_PAINTER": "process", "EASEL_DEVICE": "cpu,cpu"}
    async with (
        served(tmp_path / "data", **more) as easel,
        aiohttp.ClientSession(
            base_url=f"http://{easel.host}:{easel.port}",
            headers={"Cookie": easel.cookie},
        ) as guest,
        asyncio.timeout(PATIENCE_S),
    ):

        async def told(path: str) -> Any:
            async with guest.get(path) as answer:
                return await answer.json()

        async def painters() -> Any:
            return (await told("/v1/queue"))["painters"]

        async def asked(number: int) -> str:
            job = {"prompt": f"a red circle {number}", "count": PICTURES, "steps": 60}
            async with guest.post("/v1/jobs", json=job) as answer:
                return str((await answer.json())["id"])

        before = children_of(easel.process.pid)
        jobs = [await asked(number) for number in range(JOBS)]
        while not all(each["busy"] for each in await painters()):  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.05)
        os.kill(before[0].pid, signal.SIGKILL)

        ended: list[Any] = []
        while len(ended) < JOBS:
            told_of = [await told(f"/v1/jobs/{job}") for job in jobs]
            ended = [job for job in told_of if job["status"] not in {"queued", "painting"}]
            await asyncio.sleep(0.2)
        while any(each["state"] != "ready" for each in await painters()):  # noqa: ASYNC110  # no event
            await asyncio.sleep(0.2)
        history = await told(f"/v1/history?limit={JOBS * PICTURES + 1}")
        after = children_of(easel.process.pid)

    assert [job["status"] for job in ended] == ["done"] * JOBS
    assert len(history["pictures"]) == JOBS * PICTURES
    assert all(0 < job["cost"] <= job["price"] for job in ended)
    assert len(before) == len(after) == 2
    assert before[1].pid in {child.pid for child in after}
    assert before[0].pid not in {child.pid for child in after}
