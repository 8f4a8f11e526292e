"""What the usual models need of a card; their sizes are computed again from what is published."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from bot.fits import COLUMNS, KINDS, RUNGS, Kind, Memory, rows, rung_here
from bot.model_words import GIB
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
BY_NAME = {kind.name: kind for kind in KINDS}


def test_the_rungs_are_those_that_can_be_chosen() -> None:
    assert get_args(Settings.model_fields["offload"].annotation) == RUNGS


def a_card(gib: float) -> Memory:
    return Memory(models=int(gib * GIB * 0.8), whole=int(gib * GIB), movable=True, weight=2)


@pytest.mark.parametrize(
    ("name", "side", "gib", "rung"),
    [
        ("SD 1.5", 512, 4, "none"),
        ("SD 1.5", 512, 2, "blocks"),
        ("SDXL", 1024, 12, "none"),
        ("SDXL", 1024, 8, "parts"),
        ("SDXL", 1024, 4, "layers"),
        ("SD3 medium", 1024, 24, "none"),
        ("SD3 medium", 1024, 12, "blocks"),
        ("FLUX.1", 1024, 48, "none"),
        ("FLUX.1", 1024, 24, "blocks"),
        ("FLUX.1", 1024, 8, None),
        ("SDXL", 1536, 1, None),
    ],
)
def test_a_model_takes_the_first_rung_on_which_it_fits(
    name: str, side: int, gib: float, rung: str | None
) -> None:
    assert rung_here(BY_NAME[name], side, a_card(gib)) == rung


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.name))
def test_the_card_that_is_named_is_just_enough(kind: Kind) -> None:
    for side in kind.room:
        for at, rung in enumerate(RUNGS):
            enough = kind.card(rung, side) / GIB

            found = rung_here(kind, side, a_card(enough + 0.001))
            assert found in RUNGS[: at + 1]
            if kind.card(rung, side) < kind.card(RUNGS[at - 1], side):
                assert rung_here(kind, side, a_card(enough - 0.01)) not in RUNGS[: at + 1]


def test_where_nothing_can_be_put_aside_there_is_one_rung() -> None:
    memory = Memory(models=8 * GIB, whole=16 * GIB, movable=False, weight=4)

    assert rung_here(BY_NAME["SD 1.5"], 512, memory) == "none"
    assert rung_here(BY_NAME["SDXL"], 768, memory) is None


def test_the_table_has_a_line_for_each_model_and_size() -> None:
    header, *lines = rows(a_card(8))

    assert header == COLUMNS
    assert len(lines) == sum(len(kind.room) for kind in KINDS)
    assert ("SDXL", "1024×1024", "8.1 GiB", "7.6 GiB", "5.9 GiB", "2.8 GiB", "parts") in lines
    assert [len(line) for line in rows(None)] == [len(COLUMNS) - 1] * (len(lines) + 1)


@pytest.mark.slow
def test_the_sizes_are_those_of_the_published_architectures() -> None:
    ran = subprocess.run(
        (sys.executable, "-m", "tests.bot.architectures"),
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
        capture_output=True,
        text=True,
        check=True,
    )

    computed = json.loads(ran.stdout)
    for kind in KINDS:
        told = {name: getattr(kind, name) for name in ("network", "blocks", "layers")}
        told |= {"others": sorted(kind.others), "room": [*map(list, kind.room.items())]}
        assert computed[kind.name] == told
