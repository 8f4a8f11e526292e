"""The page of figures: what is missing is said, and nothing is made up."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.page import TO_BE_TAKEN, written
from benchmarks.report import PAGE, main
from tests.benchmarks.test_record import CARD

PICTURE: dict[str, Any] = {
    "side": 512,
    "precision": "float16",
    "ways": {
        "20": {
            "stock": {
                "ms": 410.0,
                "file_ms": 450.0,
                "its": 48.8,
                "share": 0.12,
                "times_ms": [405.0, 410.0],
            },
            "ours": {
                "ms": 140.0,
                "file_ms": 180.0,
                "its": 142.9,
                "share": 0.35,
                "times_ms": [139.0, 140.0],
            },
        }
    },
    "over": {"20": {"stock": 2.93}},
    "memory": {
        "stock": {"allocated": 3 * 2**30, "reserved": 3.5 * 2**30},
        "ours": {"allocated": 4 * 2**30, "reserved": 5 * 2**30},
    },
    "failed": {"compiled": "no | compiler"},
    "likeness": {"stock": {"furthest": 3, "mean": 0.001}},
}


def record(**parts: Any) -> dict[str, Any]:
    return {"setup": asdict(CARD), "parts": parts}


def test_without_a_card_the_page_says_that_all_is_to_be_taken() -> None:
    page = written([])

    assert "No card was measured yet" in page
    assert page.count(f"| {TO_BE_TAKEN} |") == 9
    assert "reached" not in page.split("## What others reach")[0].split("## Goals")[1]


def test_a_goal_is_reached_or_missed_by_what_was_measured() -> None:
    page = written([record(**{"picture/sd15": {"found": PICTURE}})])

    assert (
        "| SD 1.5 512, 20 steps, one picture end to end | at most 150 ms | 140 ms | reached |"
        in (page)
    )
    slower = {**PICTURE, "ways": {"20": {**PICTURE["ways"]["20"]}}}
    slower["ways"]["20"]["ours"] = {**PICTURE["ways"]["20"]["ours"], "ms": 160.0}
    assert "| at most 150 ms | 160 ms | missed |" in written(
        [record(**{"picture/sd15": {"found": slower}})]
    )


def test_a_goal_beside_what_failed_is_still_to_be_taken() -> None:
    page = written([record(**{"picture/sd15": {"found": {**PICTURE, "over": {"20": {}}}}})])

    assert f"| at least 1.9 times | {TO_BE_TAKEN} |" in page


def test_the_table_has_both_ways_with_what_was_measured_of_each() -> None:
    page = written([record(**{"picture/sd15": {"found": PICTURE}})])

    assert (
        "| SD 1.5 512 | 20 | diffusers | 410 | 405 to 410 | 450 | 48.8 | 12% | 3.0 | 3.5 | 2.93 |"
        in page
    )
    assert (
        "| SD 1.5 512 | 20 | Easel | 140 | 139 to 140 | 180 | 142.9 | 35% | 4.0 | 5.0 |  |" in page
    )
    assert r"| diffusers, compiled | failed | no \| compiler |" in page
    assert "Still to be taken: how fast the card multiplies matrices" in page


def test_what_failed_stands_there_with_its_error() -> None:
    page = written([record(**{"fp8/sdxl": {"error": "Misconfigured: no | card"}})])

    assert r"| `fp8/sdxl` | Misconfigured: no \| card |" in page


def test_figures_that_a_compiler_disturbed_are_named() -> None:
    told = {"picture/sd15": {"found": PICTURE, "disturbed": True}}

    assert "at work while these were measured: `picture/sd15`." in written([record(**told)])


def test_figures_of_tiny_models_never_come_onto_the_page(tmp_path: Path) -> None:
    file, page = tmp_path / "narrow.json", tmp_path / "gpu.md"
    told = {**record(), "setup": asdict(replace(CARD, narrow=True))}
    file.write_text(json.dumps(told), "utf-8")

    with pytest.raises(SystemExit, match="say nothing of a card"):
        main([str(file)], page)

    assert not page.exists()


def test_switches_that_were_left_out_stand_beside_the_versions() -> None:
    told = {**record(), "setup": asdict(replace(CARD, without="flags"))}

    assert "float16, without flags.\n" in written([told])
    assert "float16.\n" in written([record()])


def test_what_is_carried_to_a_machine_without_network_is_what_is_pinned() -> None:
    locked = (PAGE.parents[2] / "requirements.lock").read_text("utf-8")
    carried = re.findall(r"--dest wheels (\S+)", written([]))

    assert len(carried) == 1
    assert f"{carried[0]} \\\n" in locked


def test_the_page_is_as_the_report_writes_it_while_no_card_was_measured() -> None:
    page = PAGE.read_text("utf-8")

    assert "No card was measured yet" not in page or page == written([])
