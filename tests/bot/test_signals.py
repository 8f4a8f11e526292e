"""Signals while there is nothing to stop yet, and when all has been stopped."""

import os
import signal

import pytest

from bot.signals import STOPS, NotBegun


@pytest.mark.parametrize("each", STOPS)
def test_what_has_not_begun_ends_well(each: signal.Signals) -> None:
    with pytest.raises(SystemExit) as ended, NotBegun():
        os.kill(os.getpid(), each)

    assert ended.value.code == 0


@pytest.mark.parametrize("each", STOPS)
def test_what_is_over_is_stopped_no_more_and_leaves_all_as_it_was(each: signal.Signals) -> None:
    before = signal.getsignal(each)

    with NotBegun() as other:
        other.over = True
        os.kill(os.getpid(), each)

    assert signal.getsignal(each) is before
