"""What ends a program that does not end by itself."""

import threading

import pytest

from bot.watchdog import Watchdog

PATIENCE_S = 30.0


class Ended:
    def __init__(self) -> None:
        self.codes: list[int] = []
        self.event = threading.Event()

    def __call__(self, code: int) -> None:
        self.codes.append(code)
        self.event.set()


def test_a_program_that_hangs_is_ended_with_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ended = Ended()

    Watchdog(ended).within(0.01)

    assert ended.event.wait(PATIENCE_S)
    assert ended.codes == [1]
    assert "did not end in time" in caplog.text


def test_one_that_had_done_all_it_had_to_do_ends_well(caplog: pytest.LogCaptureFixture) -> None:
    ended = Ended()
    watchdog = Watchdog(ended)
    watchdog.code = 0

    watchdog.within(0.01)

    assert ended.event.wait(PATIENCE_S)
    assert ended.codes == [0]
    assert not caplog.text


def test_the_time_can_become_shorter_and_never_longer() -> None:
    ended = Ended()
    watchdog = Watchdog(ended)

    watchdog.within(3600)
    watchdog.within(0.01)
    watchdog.within(3600)

    assert ended.event.wait(PATIENCE_S)
