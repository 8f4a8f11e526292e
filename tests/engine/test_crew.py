"""Who paints the next tile, where several painters could."""

from dataclasses import dataclass

import pytest

from engine.crew import MOST_PASSED, Choice, Crew, Member, Standing
from engine.errors import NotFound
from tests.fakes import FakePainter

NOBODY: frozenset[str] = frozenset()


@dataclass
class Busy(FakePainter):
    """Has these models loaded."""

    loaded: frozenset[str] = frozenset({"book"})

    @property
    def warm(self) -> frozenset[str]:
        return self.loaded


def painter(name: str, *loaded: str, seats: int = 2) -> Busy:
    return Busy(name=name, loaded=frozenset(loaded), seats=seats)


def tiles(*models: str, passed: int = 0) -> list[Standing]:
    return [
        Standing(job=f"job {place}", model=model, passed=passed)
        for place, model in enumerate(models)
    ]


def named(choice: Choice | None) -> tuple[int, str] | None:
    return (choice.place, choice.member.painter.name) if choice else None


def member(crew: Crew, name: str) -> Member:
    [found] = [each for each in crew if each.painter.name == name]
    return found


def test_the_first_goes_to_who_has_its_model() -> None:
    crew = Crew(painter("a", "book"), painter("b", "photo"))

    assert named(crew.choose(tiles("photo", "book"), NOBODY)) == (0, "b")


def test_of_two_who_have_it_the_one_with_more_room_gets_it() -> None:
    crew = Crew(painter("a", "book"), painter("b", "book"))
    member(crew, "a").take("another")

    assert named(crew.choose(tiles("book"), NOBODY)) == (0, "b")


def test_a_card_with_many_seats_does_not_get_all_of_it() -> None:
    crew = Crew(painter("large", "book", seats=12), painter("small", "book", seats=4))
    for number in range(8):
        member(crew, "large").take(f"job {number}")
    member(crew, "small").take("job 8")

    assert named(crew.choose(tiles("book"), NOBODY)) == (0, "small")


def test_one_whose_model_is_nowhere_is_passed_by_one_whose_model_is() -> None:
    crew = Crew(painter("a", "book"))

    assert named(crew.choose(tiles("photo", "photo", "book"), NOBODY)) == (2, "a")


def test_where_nobody_is_better_prepared_the_first_goes_anywhere() -> None:
    crew = Crew(painter("a", "book"), painter("b", "book"))

    assert named(crew.choose(tiles("photo", "ink"), NOBODY)) == (0, "a")


def test_whoever_was_passed_often_enough_goes_wherever_there_is_room() -> None:
    crew = Crew(painter("a", "book"))
    waiting = [*tiles("photo", passed=MOST_PASSED), *tiles("book")]

    assert named(crew.choose(waiting, NOBODY)) == (0, "a")


def test_of_a_model_that_nobody_knows_nothing_is_held_back() -> None:
    crew = Crew(painter("a", "book"))

    assert named(crew.choose(tiles("", "book"), NOBODY)) == (0, "a")


def test_no_more_is_looked_at_than_is_needed() -> None:
    waiting = iter(tiles("book", "book"))

    choice = Crew(painter("a", "book")).choose(waiting, NOBODY)

    assert named(choice) == (0, "a")
    assert len(list(waiting)) == 1


@pytest.mark.parametrize("alive", [True, False])
def test_who_is_away_or_leaves_gets_nothing(alive: bool) -> None:
    lost, there = painter("lost", "book"), painter("there")
    crew = Crew(lost, there)
    lost.alive = alive
    if alive:
        crew.let_leave(crew.named("lost"))

    assert named(crew.choose(tiles("book"), NOBODY)) == (0, "there")
    assert (crew.free, crew.seats, crew.pace) == (2, 2, 1)


def test_where_all_seats_are_taken_nothing_is_begun() -> None:
    crew = Crew(painter("a", "book", seats=1))
    member(crew, "a").take("another")

    assert crew.choose(tiles("book"), NOBODY) is None
    assert crew.free == 0

    member(crew, "a").give_back("another")

    assert named(crew.choose(tiles("book"), NOBODY)) == (0, "a")


def test_two_jobs_that_were_there_when_a_painter_died_never_share_one() -> None:
    crew = Crew(painter("a", "book", seats=4), painter("b", "book", seats=2))
    member(crew, "a").take("job 1")
    suspects = {"job 0", "job 1"}

    assert named(crew.choose(tiles("book"), suspects)) == (0, "b")

    member(crew, "b").take("job 2")
    member(crew, "b").take("job 3")

    assert crew.choose(tiles("book"), suspects) is None
    assert not crew.may_begin("job 0", suspects)
    assert crew.may_begin("job 4", suspects)


def test_one_of_those_is_painted_by_one_painter_as_a_whole() -> None:
    crew = Crew(painter("a", "book", seats=8), painter("b", "book"))
    member(crew, "b").take("job 0")

    assert named(crew.choose(tiles("book"), {"job 0"})) == (0, "b")

    member(crew, "b").take("job 0")

    assert crew.choose(tiles("book"), {"job 0"}) is None


def test_who_joins_is_told_of_and_who_left_is_forgotten() -> None:
    told: list[int] = []
    crew = Crew(changed=lambda: told.append(1))
    one, other = painter("a", "book"), painter("b", "book")
    assert (crew.pace, crew.seats, len(crew)) == (1, 0, 0)

    crew.join(one)
    crew.join(other)
    crew.leave(one)

    assert len(told) == 2
    assert [each.painter.name for each in crew] == ["b"]
    assert (crew.pace, crew.seats) == (1, 2)


def test_who_was_to_leave_may_stay() -> None:
    told: list[int] = []
    crew = Crew(painter("a", "book"), changed=lambda: told.append(1))
    member_a = crew.named("a")

    crew.let_leave(member_a)
    away = crew.choose(tiles("book"), NOBODY)
    crew.let_leave(member_a, leaving=False)

    assert away is None
    assert named(crew.choose(tiles("book"), NOBODY)) == (0, "a")
    assert told


def test_nobody_has_a_name_that_nobody_has() -> None:
    with pytest.raises(NotFound):
        Crew(painter("a", "book")).named("b")
