"""Who shares the next forward."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.turns import Turn, Turns


def turns_of(*members: tuple[str, str, int], most_rows: int = 8) -> Turns[str]:
    turns: Turns[str] = Turns(most_rows=most_rows)
    for member, key, rows in members:
        turns.join(member, key, rows)
    return turns


def served(turns: Turns[str], seconds: float = 1.0) -> tuple[str, ...]:
    turn = turns.next()
    assert turn is not None
    turns.taken(turn.key)
    turns.served(turn.members, seconds)
    return turn.members


def test_nobody_here_means_no_turn() -> None:
    turns: Turns[str] = Turns(most_rows=8)

    assert turns.next() is None
    assert len(turns) == 0


def test_members_of_a_group_share_a_forward() -> None:
    turns = turns_of(("a", "512", 2), ("b", "512", 1), ("c", "768", 2))

    assert turns.next() == Turn(key="512", members=("a", "b"), rows=3)


def test_the_least_served_group_goes_next() -> None:
    turns = turns_of(("small", "512", 2), ("large", "1024", 2))
    taken = []

    for _ in range(9):
        turn = turns.next()
        assert turn is not None
        turns.taken(turn.key)
        turns.served(turn.members, 1.0 if turn.key == "512" else 8.0)
        taken.append(turn.members[0])

    assert Counter(taken) == {"small": 8, "large": 1}


def test_a_shared_turn_costs_each_member_its_share() -> None:
    turns = turns_of(("a", "512", 2), ("b", "512", 2), ("c", "768", 2))

    taken = Counter(served(turns) for _ in range(9))

    assert taken == {("a", "b"): 6, ("c",): 3}


def test_a_new_group_starts_level_with_the_least_served() -> None:
    turns = turns_of(("a", "512", 2))
    for _ in range(100):
        served(turns)
    turns.join("b", "768", 2)

    taken = Counter(served(turns)[0] for _ in range(10))

    assert taken == {"a": 5, "b": 5}


def test_the_cap_holds_and_those_left_out_go_first_next_time() -> None:
    turns = turns_of(*((name, "512", 2) for name in "abcde"), most_rows=4)

    assert [served(turns) for _ in range(3)] == [("a", "b"), ("c", "d"), ("e", "a")]


def test_who_is_too_wide_leaves_room_for_the_narrow_but_goes_first_next_time() -> None:
    turns = turns_of(("a", "512", 2), ("wide", "512", 2), ("c", "512", 1), most_rows=3)

    assert [served(turns) for _ in range(2)] == [("a", "c"), ("wide", "c")]


def test_who_takes_fewer_rows_leaves_room_and_keeps_their_place() -> None:
    turns = turns_of(("a", "512", 2), ("b", "512", 2), ("c", "512", 2), most_rows=4)

    turns.go_on("a", "512", 1)
    turns.go_on("b", "512", 1)

    assert turns.next() == Turn(key="512", members=("a", "b", "c"), rows=4)


def test_who_goes_on_in_another_group_shares_its_forwards() -> None:
    turns = turns_of(("a", "512", 2), ("b", "512", 2), ("c", "shallow", 2))

    turns.go_on("a", "shallow", 1)

    assert turns.next() == Turn(key="512", members=("b",), rows=2)
    assert served(turns) == ("b",)
    assert turns.next() == Turn(key="shallow", members=("c", "a"), rows=3)


def test_who_goes_on_alone_takes_along_what_they_had() -> None:
    turns = turns_of(("a", "512", 2), ("b", "768", 2))
    taken = []

    for number in range(10):
        turn = turns.next()
        assert turn is not None
        (member,) = turn.members
        turns.taken(turn.key)
        turns.served([member], 4.0 if member == "a" else 1.0)
        if member == "a":
            turns.go_on("a", f"512, {number}", 2)
        taken.append(member)

    assert Counter(taken) == {"a": 2, "b": 8}


def test_seconds_that_are_told_late_are_those_of_who_went_on() -> None:
    turns = turns_of(("a", "512", 2), ("b", "768", 2))
    turns.taken("512")

    turns.go_on("a", "512, shallow", 2)
    turns.served(["a"], 5.0)

    assert [served(turns) for _ in range(4)] == [("b",)] * 4


def test_a_group_that_somebody_went_on_to_has_no_more_rows_than_the_one_before() -> None:
    turns: Turns[str] = Turns(most_rows=8)
    for member in ("a", "b", "c"):
        turns.join(member, "512", 2, 4)

    for member in ("a", "b", "c"):
        turns.go_on(member, "512, shallow", 2)

    assert turns.next() == Turn(key="512, shallow", members=("a", "b"), rows=4)


def test_one_that_is_wider_than_the_cap_goes_alone() -> None:
    turns = turns_of(("wide", "512", 5), ("b", "512", 1), most_rows=4)

    assert served(turns) == ("wide",)


def test_a_plan_stands_until_it_was_carried_out() -> None:
    turns = turns_of(*((name, "512", 2) for name in "abc"), most_rows=4)

    assert turns.next() == turns.next()


def test_who_leaves_is_gone() -> None:
    turns = turns_of(("a", "512", 2), ("b", "512", 2))

    turns.leave("a")

    assert "a" not in turns
    assert len(turns) == 1
    assert served(turns) == ("b",)


def test_all_may_leave_during_their_last_turn() -> None:
    turns = turns_of(("a", "512", 2))
    turn = turns.next()
    turns.leave("a")

    assert turn is not None
    turns.taken(turn.key)
    turns.served(turn.members, 1.0)

    assert turns.next() is None


def test_nobody_joins_twice() -> None:
    turns = turns_of(("a", "512", 2))

    with pytest.raises(ValueError, match="already"):
        turns.join("a", "768", 2)


def test_no_member_is_without_rows() -> None:
    turns = turns_of(("a", "512", 2))

    with pytest.raises(ValueError, match="0 rows"):
        turns.join("b", "512", 0)
    with pytest.raises(ValueError, match="0 rows"):
        turns.go_on("a", "512", 0)


def test_running_out_of_memory_halves_the_cap_of_that_group_only() -> None:
    turns = turns_of(("a", "512", 2), ("b", "768", 2), most_rows=12)

    assert turns.too_large("768", 7) == 3
    assert turns.cap("768") == 3
    assert turns.cap("512") == 12
    assert turns.too_large("768", 3) == 1
    assert turns.too_large("768", 1) == 0
    assert turns.cap("768") == 1


def test_the_cap_is_remembered_when_the_group_is_gone() -> None:
    turns = turns_of(("a", "512", 2))
    turns.too_large("512", 8)
    turns.leave("a")
    turns.join("b", "512", 2)

    assert turns.cap("512") == 4


def test_the_cap_grows_back_while_memory_lasts() -> None:
    turns: Turns[str] = Turns(most_rows=12, regrow_after=3)
    turns.join("a", "512", 2)
    turns.too_large("512", 7)
    caps = []

    for _ in range(9):
        served(turns)
        caps.append(turns.cap("512"))

    assert caps == [3, 3, 6, 6, 6, 12, 12, 12, 12]


def test_running_out_again_starts_the_waiting_anew() -> None:
    turns: Turns[str] = Turns(most_rows=8, regrow_after=3)
    turns.join("a", "512", 2)
    turns.too_large("512", 8)
    served(turns)
    served(turns)
    turns.too_large("512", 4)
    served(turns)

    assert turns.cap("512") == 2


def test_running_out_again_after_growing_makes_more_patient() -> None:
    turns: Turns[str] = Turns(most_rows=8, regrow_after=3)
    turns.join("a", "512", 2)
    turns.too_large("512", 8)
    for _ in range(3):
        served(turns)
    turns.too_large("512", 8)
    caps = []

    for _ in range(6):
        served(turns)
        caps.append(turns.cap("512"))

    assert caps == [4, 4, 4, 4, 4, 8]


def test_what_is_known_of_memory_bounds_a_group() -> None:
    turns: Turns[str] = Turns(most_rows=8)
    for member in "abc":
        turns.join(member, "1024", 2, most=5)
    turns.join("d", "512", 2, most=99)

    assert turns.next() == Turn(key="1024", members=("a", "b"), rows=4)
    assert turns.cap("512") == 8


def test_a_turn_may_be_planned_before_the_last_one_was_timed() -> None:
    turns = turns_of(*((name, "512", 2) for name in "abc"), most_rows=4)
    first = turns.next()
    assert first is not None

    turns.taken(first.key)
    second = turns.next()

    assert second is not None
    assert (first.members, second.members) == (("a", "b"), ("c", "a"))


companies = st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 3)), min_size=1, max_size=10)


@given(company=companies, most_rows=st.integers(1, 6), seconds=st.sampled_from((0.5, 1.0)))
def test_everybody_is_served_within_a_bounded_number_of_turns(
    company: list[tuple[str, int]], most_rows: int, seconds: float
) -> None:
    turns: Turns[int] = Turns(most_rows=most_rows)
    for number, (key, rows) in enumerate(company):
        turns.join(number, key, rows)
    seen: set[int] = set()

    # At the same cost for each, a group of n waits for at most n turns of each other group
    # for each of its own, and each of its members comes within n of its turns.
    for _ in range(len(company) ** 3 + 1):
        turn = turns.next()
        assert turn is not None
        assert len(turn.members) == 1 or turn.rows <= most_rows
        assert turn.rows == sum(company[member][1] for member in turn.members)
        turns.taken(turn.key)
        turns.served(turn.members, seconds)
        seen.update(turn.members)

    assert seen == set(range(len(company)))


@given(company=companies, most_rows=st.integers(1, 6))
def test_who_is_first_in_line_is_in_the_next_turn_of_the_group(
    company: list[tuple[str, int]], most_rows: int
) -> None:
    turns: Turns[int] = Turns(most_rows=most_rows)
    for number, (_, rows) in enumerate(company):
        turns.join(number, "one", rows)
    line = list(range(len(company)))

    for _ in range(3 * len(company)):
        turn = turns.next()
        assert turn is not None
        assert turn.members[0] == line[0]
        turns.taken("one")
        turns.served(turn.members, 1.0)
        line = [member for member in line if member not in turn.members] + list(turn.members)


@given(costs=st.lists(st.floats(0.01, 10), min_size=2, max_size=5), rounds=st.integers(1, 60))
def test_groups_never_drift_apart_by_more_than_a_turn(costs: list[float], rounds: int) -> None:
    turns: Turns[int] = Turns(most_rows=8)
    for number in range(len(costs)):
        turns.join(number, number, 2)
    had = dict.fromkeys(range(len(costs)), 0.0)

    for _ in range(rounds):
        turn = turns.next()
        assert turn is not None
        (member,) = turn.members
        assert had[member] == min(had.values())
        turns.taken(turn.key)
        turns.served(turn.members, costs[member])
        had[member] += costs[member]

    assert max(had.values()) - min(had.values()) <= max(costs) + 1e-9
