"""Everything at once for two hours, while all promises are watched."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.evidence import ROOT
from tests.reliability.report import COUNT

HOURS = 2
NUMBER = 26


@pytest.mark.slow
@pytest.mark.timeout((HOURS + 1) * 3600)
@pytest.mark.promise(26, count=20_000)
def test_two_hours_of_everything_break_no_promise(
    request: pytest.FixtureRequest,
    record_property: Callable[[str, object], None],
    measured: Callable[[str], None],
    tmp_path: Path,
) -> None:
    if NUMBER not in (request.config.getoption("--promise") or ()):
        pytest.skip(f"it takes {HOURS} hours: ./test --full --promise={NUMBER} runs it")

    program = subprocess.run(
        [sys.executable, "-m", "tests.soak", str(HOURS * 60), "--keep"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )

    [report] = [json.loads(file.read_text()) for file in tmp_path.glob("*/report.json")]
    record_property(COUNT, sum(report["jobs"].values()))
    measured(f"{sum(report['faults'].values()):,} faults, {report['lives']} lives")
    assert report["complaints"] == []
    assert program.returncode == 0
