"""What comes in the way of a ferry is heard of, although nobody reads what it prints."""

import sys
from pathlib import Path

import pytest

from engine.child.painter import ChildPainter
from engine.child.process import by_command
from engine.errors import PaintingFailed
from tests.engine.child.nursery import hearing, orders, soon


async def test_a_ferry_that_meets_a_bug_says_so(tmp_path: Path) -> None:
    ferry = (sys.executable, "-P", "-m", "tests.engine.afar.fake_ferry", "no voyage")
    painter = ChildPainter("left", orders(tmp_path), by_command(ferry))

    with hearing() as heard, pytest.raises(PaintingFailed):
        await soon(painter.start())

    record, _ = await heard.one("a ferry met a bug")
    assert "JSONDecodeError" in record.getMessage() + (record.exc_text or "")
