"""One piece of work after another in a thread of its own, which lets go of Python often."""

import logging
import subprocess
import sys
import threading
import weakref
from concurrent.futures import Future
from functools import partial

import pytest

from engine.gpu.switches.background import LETS_GO_S, Background

PATIENCE_S = 60.0


def test_work_is_done_elsewhere_and_lets_others_have_their_turn() -> None:
    background = Background()
    seen: Future[tuple[str, float]] = Future()

    background.ask(
        lambda: seen.set_result((threading.current_thread().name, sys.getswitchinterval()))
    )
    name, interval = seen.result(PATIENCE_S)
    background.close()

    assert name == "background"
    assert interval == pytest.approx(LETS_GO_S)


def test_what_fails_holds_up_nothing(caplog: pytest.LogCaptureFixture) -> None:
    background = Background()
    done: Future[None] = Future()

    def failing() -> None:
        raise RuntimeError("a compiler gave up")

    with caplog.at_level(logging.ERROR):
        background.ask(failing)
        background.ask(lambda: done.set_result(None))
        done.result(PATIENCE_S)
    background.close()

    assert "a compiler gave up" in caplog.text


def test_after_the_end_nothing_is_begun() -> None:
    background = Background()
    begun, may, ended = Future[None](), Future[None](), threading.Event()

    def slow() -> None:
        begun.set_result(None)
        may.result(PATIENCE_S)

    background.ask(slow)
    background.ask(ended.set)
    begun.result(PATIENCE_S)
    background.close()
    may.set_result(None)
    assert background._thread is not None
    background._thread.join(PATIENCE_S)

    assert not ended.is_set()


def test_what_is_asked_for_after_the_end_keeps_nobody_waiting() -> None:
    background = Background()
    done: Future[None] = Future()
    background.ask(lambda: done.set_result(None))
    done.result(PATIENCE_S)
    background.close()
    assert background._thread is not None
    background._thread.join(PATIENCE_S)
    open_before = Background._open

    background.ask(lambda: None)

    assert Background._open <= open_before


def test_python_is_as_before_when_the_work_is_done() -> None:
    before = sys.getswitchinterval()
    background = Background()
    done: Future[None] = Future()

    background.ask(lambda: done.set_result(None))
    background.close()
    done.result(PATIENCE_S)
    if background._thread is not None:
        background._thread.join(PATIENCE_S)

    assert sys.getswitchinterval() == before


def test_what_was_done_is_not_held_on_to() -> None:
    background = Background()

    class Model:
        pass

    model = Model()
    gone, done = threading.Event(), Future[None]()
    weakref.finalize(model, gone.set)

    def about(model: Model) -> None:
        done.set_result(None)

    background.ask(partial(about, model))
    del model
    done.result(PATIENCE_S)

    assert gone.wait(PATIENCE_S)
    background.close()


def test_a_program_that_ends_waits_for_what_is_at_work_and_begins_nothing_more() -> None:
    program = """
import threading
from engine.gpu.switches.background import Background

def compiling():
    begun.set()
    threading.main_thread().join()
    sum(range(10**7))
    print("compiled")

begun, background = threading.Event(), Background()
background.ask(compiling)
background.ask(lambda: print("begun"))
begun.wait()
"""

    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "compiled\n", "")


def test_what_was_closed_and_is_done_is_waited_for_no_more() -> None:
    background = Background()
    background.ask(lambda: None)
    background.close()
    assert background._thread is not None
    background._thread.join(PATIENCE_S)
    gone = threading.Event()
    weakref.finalize(background, gone.set)

    del background

    assert gone.is_set()
