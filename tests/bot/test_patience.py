"""Asking what may hang."""

import asyncio

import pytest

from bot.patience import Question


class Oracle:
    """Answers once it is let."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()

    async def ask(self) -> str:
        self.asked += 1
        await self.gate.wait()
        if self.asked > 1:
            raise OSError("asked too often")
        return "yes"


async def test_what_hangs_is_not_waited_for_and_asked_once() -> None:
    oracle = Oracle()
    question = Question(oracle.ask, patience_s=0)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await question.answer()

    assert oracle.asked == 1


async def test_who_waits_together_gets_the_same_answer() -> None:
    oracle = Oracle()
    question = Question(oracle.ask, patience_s=60)
    both = asyncio.gather(question.answer(), question.answer())
    await asyncio.sleep(0)
    oracle.gate.set()

    assert list(await both) == ["yes", "yes"]


async def test_it_is_asked_anew_after_an_answer_and_fails_as_asking_does() -> None:
    oracle = Oracle()
    oracle.gate.set()
    question = Question(oracle.ask, patience_s=60)
    await question.answer()

    with pytest.raises(OSError, match="too often"):
        await question.answer()
