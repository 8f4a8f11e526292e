"""Hostile files for the whole program: only three kinds are pictures, and none takes much."""

from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import psutil
import pytest
from aiohttp import ClientSession

from bot.app import open_keys
from engine.clock import utc_now
from engine.key import Scope, own_person
from tests.bot.web.hostile.pictures import bombs, cut_short, renamed
from tests.reliability.plan import Plan
from tests.reliability.rig import Rig
from tests.reliability.test_doors import address

MOST_GROWTH_MIB = 256
MOST_SECONDS = 2.0
"""Of the program's own time, for one file."""
REFUSED = frozenset({413, 415, 422})
AS_FILE = {"Content-Type": "application/octet-stream"}

pytestmark = [
    # Pillow says so of what it writes for us here.
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),
    pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning"),
]


async def send_all(
    rig: Rig, files: list[tuple[str, bytes]], mutant: str = ""
) -> tuple[list[str], float, float]:
    """The kinds that were taken, by how many MiB the program grew, and its longest seconds."""
    async with open_keys(rig.settings) as keys:
        scopes = (Scope.READ, Scope.PAINT)
        _, secret = await keys.add("sender", own_person("sender"), scopes, None, utc_now())
    headers = {"Authorization": f"Bearer {secret}", **AS_FILE}
    taken, longest = [], 0.0
    async with rig.program(Plan(mutant=mutant)) as easel, ClientSession(address(easel.pid)) as web:
        program = psutil.Process(easel.pid)
        before = most_ever(easel.pid)
        for kind, file in files:
            worked = sum(program.cpu_times()[:2])
            async with web.post("/v1/sources", data=file, headers=headers) as answer:
                await answer.read()
                if answer.status not in REFUSED:
                    taken.append(f"{kind}: {answer.status}")
            longest = max(longest, sum(program.cpu_times()[:2]) - worked)
        grown = most_ever(easel.pid) - before
    return taken, grown, longest


def most_ever(process: int) -> float:
    """MiB of memory."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 2**10 for line in lines if line.startswith("VmHWM"))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.promise(18, count=200)
async def test_200_hostile_files_are_refused_and_take_little(
    rig: Rig, measured: Callable[[str], None]
) -> None:
    files = list(islice(cycle([*bombs(), *cut_short(), *renamed()]), 200))

    taken, grown, longest = await send_all(rig, files)

    measured(f"grew by {grown:.0f} MiB at most, and worked {longest:.2f} s on one at most")
    assert taken == []
    assert grown <= MOST_GROWTH_MIB
    assert longest <= MOST_SECONDS


@pytest.mark.slow
@pytest.mark.mutant(18)
async def test_a_program_that_opens_more_kinds_is_found_out(rig: Rig) -> None:
    taken, _, _ = await send_all(rig, list(renamed()), "opens more kinds")

    assert taken
