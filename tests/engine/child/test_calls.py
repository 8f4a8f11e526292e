"""What was asked and is not answered yet."""

import asyncio

import pytest

from engine.child.calls import Calls
from engine.errors import PainterGone


async def test_each_answer_comes_to_its_own_question() -> None:
    calls = Calls[str]()
    with calls.waiting(1) as one, calls.waiting(2) as two:
        calls.answer(2, "second")
        calls.answer(1, "first")

        assert (await one, await two) == ("first", "second")


async def test_what_nobody_waits_for_is_passed_over() -> None:
    calls = Calls[str]()
    with calls.waiting(1):
        assert calls.is_waiting(1)

    assert not calls.is_waiting(1)
    calls.answer(1, "late")
    calls.refuse(1, PainterGone("late"))
    calls.answer(2, "never asked")


async def test_the_first_answer_counts() -> None:
    calls = Calls[str]()
    with calls.waiting(1) as answer:
        calls.answer(1, "first")
        calls.answer(1, "second")
        calls.refuse(1, PainterGone("third"))
        calls.end(lambda: PainterGone("fourth"))

        assert await answer == "first"


async def test_one_who_gave_up_is_not_answered() -> None:
    calls = Calls[str]()
    with calls.waiting(1) as answer:
        answer.cancel()
        calls.answer(1, "late")

        assert not calls.is_waiting(1)
        assert answer.cancelled()


async def test_an_end_is_everybodys_each_with_an_error_of_their_own() -> None:
    calls = Calls[str]()
    with calls.waiting(1) as one, calls.waiting(2) as two:
        calls.end(lambda: PainterGone("It is gone."))

        outcomes = await asyncio.gather(one, two, return_exceptions=True)

    assert [str(outcome) for outcome in outcomes] == ["It is gone."] * 2
    assert outcomes[0] is not outcomes[1]


async def test_a_refusal_is_raised() -> None:
    calls = Calls[str]()
    with calls.waiting(1) as answer:
        calls.refuse(1, PainterGone("It is gone."))

        with pytest.raises(PainterGone, match="It is gone"):
            await answer
