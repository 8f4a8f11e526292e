"""A program beside this one: it answers, and leaves nobody waiting and nothing behind."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.program import Program

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


@pytest.fixture
def program() -> Iterator[Program]:
    with Program("tests.benchmarks.echo") as opened:
        yield opened


def test_every_question_has_its_answer_whatever_is_printed_beside(program: Program) -> None:
    answers = [program.ask(each, within_s=PATIENCE_S) for each in ({"steps": 20}, "print", [1])]

    assert answers == [{"steps": 20}, "print", [1]]


def test_what_failed_is_told_and_the_next_is_answered(program: Program) -> None:
    with pytest.raises(RuntimeError, match="echo: ValueError: that is no question"):
        program.ask("fail", within_s=PATIENCE_S)

    assert program.ask("again", within_s=PATIENCE_S) == "again"


def test_a_program_that_ended_is_told_with_its_last_words(program: Program) -> None:
    with pytest.raises(RuntimeError, match="echo ended with 3: one line / no kernel image"):
        program.ask("end", within_s=PATIENCE_S)

    with pytest.raises(RuntimeError, match="echo ended with 3"):
        program.ask("again", within_s=PATIENCE_S)


def test_who_does_not_answer_in_time_is_not_waited_for(program: Program) -> None:
    with pytest.raises(RuntimeError, match="echo had no answer within 0 s"):
        program.ask("halt", within_s=0.01)


def test_it_ends_in_the_middle_of_an_answer_where_nobody_waits_for_it_any_more() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.echo"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'"begun"\n"halt"\n')
        process.stdin.flush()
        assert process.stdout.readline() == b'{"answer": "begun"}\n'

        process.stdin.close()

        assert process.wait(PATIENCE_S) == 0
