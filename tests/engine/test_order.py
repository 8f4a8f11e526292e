"""One sorted list in parts, beside a list that is sorted anew."""

from random import Random

import pytest

from engine.lane import Claim, Entry, Lane, tag_of
from engine.order import MOST, Order

CHANCE = Random(7)


def claims(count: int) -> list[Claim]:
    """So many, of finishes that often are the same."""
    lane = Lane(owner="ann", tier=0, weight=1.0, most_running=1, finish=0)
    made = []
    for number in range(count):
        price = CHANCE.randint(0, 400) / 100
        entry = Entry(job=str(number), owner="ann", price=price, submitted=CHANCE.randint(0, 9))
        made.append(Claim(entry, lane, number, 0, 1, finish=CHANCE.randint(0, count // 3)))
    return made


def require_same(order: Order, there: list[Claim]) -> None:
    there = sorted(there, key=tag_of)
    assert list(order) == there
    for index in range(0, len(there), 97):
        tag = tag_of(there[index])
        cost = sum(claim.entry.price for claim in there[:index])
        assert order.before(tag) == pytest.approx((index, cost))


def test_an_empty_order_has_nothing_before_anything() -> None:
    order = Order()

    assert list(order) == []
    assert order.before((0, 0, 0.0, 0)) == (0, 0)


def test_many_more_than_fit_into_a_part_are_in_order() -> None:
    there = claims(5 * MOST)
    order = Order()

    for claim in there:
        order.add(claim)

    require_same(order, there)


def test_what_comes_and_goes_leaves_the_others_in_order() -> None:
    there: list[Claim] = []
    waiting = claims(6 * MOST)
    order = Order()
    while waiting or there:
        if waiting and CHANCE.random() < (0.7 if len(waiting) > MOST else 0.4):
            there.append(waiting.pop())
            order.add(there[-1])
        elif there:
            order.remove(there.pop(CHANCE.randrange(len(there))))
        if len(waiting) % 500 == 0 or len(there) % 500 == 0:
            require_same(order, there)

    assert list(order) == []


def test_all_after_the_last_and_before_the_first_are_counted() -> None:
    there = claims(2 * MOST)
    order = Order()
    for claim in there:
        order.add(claim)

    whole = sum(claim.entry.price for claim in there)
    assert order.before((9, 0, 0.0, 0)) == pytest.approx((len(there), whole))
    assert order.before((-9, 0, 0.0, 0)) == (0, 0)


@pytest.mark.parametrize("others", [0, 1, 3 * MOST])
def test_what_is_not_there_cannot_be_removed(others: int) -> None:
    stranger, *there = claims(others + 1)
    order = Order()
    for claim in there:
        order.add(claim)

    with pytest.raises(ValueError, match="not in this order"):
        order.remove(stranger)
    assert len(list(order)) == others
