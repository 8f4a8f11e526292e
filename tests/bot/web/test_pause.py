"""How long a pause is borne."""

from bot.web.pause import Pause


def test_who_comes_during_a_pause_bears_none_of_it() -> None:
    assert Pause(held=True).is_too_long(0, held=True)


def test_one_that_comes_later_is_borne_for_a_while() -> None:
    pause = Pause(held=False, bears_s=30)

    assert [pause.is_too_long(at, held=True) for at in (100, 129, 130)] == [False, False, True]


def test_each_is_borne_anew() -> None:
    pause = Pause(held=False, bears_s=30)
    pause.is_too_long(100, held=True)
    pause.is_too_long(110, held=False)

    assert not pause.is_too_long(140, held=True)
    assert pause.is_too_long(170, held=True)


def test_who_came_during_one_that_is_over_bears_the_next() -> None:
    pause = Pause(held=True, bears_s=30)
    pause.is_too_long(0, held=False)

    assert not pause.is_too_long(1, held=True)


def test_what_is_not_held_is_waited_for() -> None:
    assert not Pause(held=False, bears_s=0).is_too_long(1000, held=False)
