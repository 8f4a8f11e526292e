"""How often messages are edited, and how often the bot comes in."""

from bot.discord.connection.budget import A_DAY_S, Budget
from bot.discord.delivery.pace import Pace


def test_a_message_rests_after_an_edit() -> None:
    pace = Pace(gap=3.0, most=10)

    assert pace.wait(None, now=100.0) == 0
    assert pace.wait(100.0, now=101.0) == 2.0
    assert pace.wait(100.0, now=103.0) == 0


def test_all_messages_share_one_budget() -> None:
    pace = Pace(gap=3.0, most=2, span=1.0)

    waits = [pace.wait(None, now=now) for now in (10.0, 10.25, 10.5, 11.0)]

    assert waits == [0, 0, 0.5, 0]


def test_who_must_wait_takes_nobody_s_place() -> None:
    pace = Pace(gap=3.0, most=1, span=1.0)
    pace.wait(None, now=10.0)
    pace.wait(None, now=10.5)

    assert pace.wait(None, now=11.0) == 0


def test_the_bot_comes_in_with_pauses_between() -> None:
    budget = Budget(gap=5.0)

    assert [budget.wait(now) for now in (10.0, 11.0, 15.0)] == [0, 4.0, 0]


def test_the_bot_comes_in_no_more_often_a_day_than_it_may() -> None:
    budget = Budget(gap=0.0, most=2)
    budget.wait(10.0)
    budget.wait(20.0)

    assert budget.wait(30.0) == A_DAY_S - 20.0
    assert budget.wait(A_DAY_S + 10.0) == 0
