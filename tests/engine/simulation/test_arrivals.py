"""Who asks for which picture when."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest

from engine.simulation.arrivals import (
    AT_ONCE,
    GREEDY,
    GREEDY_SHARE,
    KINDS,
    Arrival,
    arrivals,
    rate_of_one_by_one,
)
from tests.engine.simulation.cases import SECONDS, asks


@pytest.fixture(scope="module")
def many() -> Sequence[Arrival]:
    return arrivals(2.0, 8_000)


def test_every_run_has_the_same_people() -> None:
    assert arrivals(2.0, 50) == arrivals(2.0, 50)
    assert arrivals(2.0, 50, seed=8) != arrivals(2.0, 50)


def test_there_are_as_many_as_were_wanted() -> None:
    assert [len(arrivals(2.0, count)) for count in range(1, 40)] == list(range(1, 40))


def test_another_rate_only_stretches_the_times() -> None:
    slow, fast = arrivals(1.0, 200), arrivals(4.0, 200)

    assert [one.recipe for one in slow] == [one.recipe for one in fast]
    assert [one.at for one in slow] == pytest.approx([4 * one.at for one in fast])


def test_they_come_at_the_rate_and_in_order(many: Sequence[Arrival]) -> None:
    assert all(one.at <= other.at for one, other in pairwise(many))
    assert len(many) / many[-1].at == pytest.approx(2.0, rel=0.1)


def test_one_of_them_is_greedy_and_asks_for_many_at_once(many: Sequence[Arrival]) -> None:
    by_owner = Counter(one.owner.id for one in many)
    at_once = Counter(one.at for one in many if one.owner == GREEDY)
    assert by_owner[GREEDY.id] / len(many) == pytest.approx(GREEDY_SHARE, rel=0.1)
    assert {*list(at_once.values())[:-1]} == {AT_ONCE}
    assert max(by_owner[each] for each in by_owner if each != GREEDY.id) < len(many) * 0.06


def test_kinds_come_as_often_as_they_should(many: Sequence[Arrival]) -> None:
    found = Counter((one.recipe.model, one.recipe.width, one.recipe.guidance > 1) for one in many)
    for kind in KINDS:
        share = found[kind.model, kind.side, kind.guided] / len(many)
        assert share == pytest.approx(kind.share, rel=0.1)


def test_one_by_one_a_card_paints_so_many_a_second() -> None:
    asked = asks((0.0, 3), (0.0, 5))

    assert rate_of_one_by_one(SECONDS, asked) == pytest.approx(2 / (3.75 + 5.75))
