"""What a lookout tells its parent, who reads nothing else of it."""

import json

import pytest

from engine.afar.lookout import main
from engine.child.mishap import Mishap, error_of
from engine.errors import Unavailable


def test_a_lookout_that_meets_a_bug_says_of_what_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["an address without a port"]) == 1

    told = error_of(Mishap(**json.loads(capsys.readouterr().out)))
    assert isinstance(told, Unavailable)
    assert "met a bug, ValueError, and has ended" in str(told)
