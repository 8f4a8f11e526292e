"""A part that breaks ends the program, so that whoever looks after it starts it again."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.bot.stopping.plan import Plan
from tests.bot.stopping.stopped import BEGUN, PATIENCE_S, Program, address_of, begun, visiting
from tests.discord_server.server import Discord

PARTS = ("dispatcher", "heart", "courier", "tidying", "lag", "herald", "supervision")


async def ended(program: Program) -> int:
    async with asyncio.timeout(PATIENCE_S):
        return await program.process.wait()


def criticals(program: Program) -> list[dict[str, Any]]:
    return [entry for entry in program.entries if entry["level"] == "critical"]


async def test_a_painter_that_breaks_down_ends_the_program_with_one_line(tmp_path: Path) -> None:
    async with begun(Plan(), tmp_path) as program:
        address = await address_of(program)
        async with (
            visiting(address) as page,
            page.post("/v1/jobs", json={"prompt": "lose it"}) as answer,
        ):
            assert answer.status == 202
            await program.says(BEGUN + "lose")
        code = await ended(program)

    assert code == 1
    [entry] = criticals(program)
    assert "The painter broke down" in entry["message"]


@pytest.mark.slow
@pytest.mark.parametrize("part", PARTS)
async def test_a_bug_in_any_part_ends_the_program_with_one_line(
    server: Discord, tmp_path: Path, part: str
) -> None:
    names = {
        "EASEL_DISCORD_TOKEN": server.token,
        "EASEL_DISCORD_API": server.api,
        "EASEL_DISCORD_GATEWAY": server.gateway,
    }
    async with begun(Plan(breaks=part), tmp_path, **names) as program:
        code = await ended(program)

    assert code == 1
    [entry] = criticals(program)
    assert entry["message"] == "ended by a bug"
    assert "RuntimeError: a bug" in entry["traceback"]
