"""Signals while there is nothing to stop yet, and when all has been stopped."""

import os
import signal

import pytest

from bot.signals import STOPS, NotBegun, heard


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


def test_what_was_started_with_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with NotBegun():
            os.kill(os.getpid(), signal.SIGHUP)

            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
            assert signal.SIGTERM in heard()
    finally:
        signal.signal(signal.SIGHUP, before)
