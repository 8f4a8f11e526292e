"""How wide forwards may be in the memory that there is."""

from engine.gpu.budget import Budget, budget_of, need_of
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.warm import Warm
from engine.turns import Turns
from tests.engine.gpu.together import CPU, Sitting, before_forward, finish, recipe


class Card:
    """A gauge that says what it is told."""

    def __init__(self, free: int) -> None:
        self._free = free

    def free(self) -> int:
        return self._free

    def start(self) -> None:
        """Nothing is watched."""

    def peak(self) -> int:
        return 0


def test_a_budget_keeps_forwards_as_wide_as_memory_allows(family: Family) -> None:
    widths: list[int] = []
    pixel = 10.0
    need = need_of({64 * 64: 1000, 2 * 64 * 64: 1000 + int(64 * 64 * pixel)})
    room_for_three = int((need.fixed + 3.5 * 64 * 64 * pixel) / 0.9)
    budget = Budget(Card(room_for_three), {family.card.name: need})
    warm = Warm.of({family.card.name: family})
    company = Company(warm, CPU, Turns(most_rows=16), budget=budget)
    sittings = [Sitting(recipe(seed=seed, guidance=1.0, steps=2)) for seed in range(5)]

    with before_forward(family, lambda latents: widths.append(len(latents))):
        finish(company, *sittings)

    assert max(widths) == 3
    assert all(sitting.painted for sitting in sittings)


def test_what_does_not_fit_the_budget_is_tried_all_the_same(family: Family) -> None:
    budget = Budget(Card(0), {family.card.name: need_of({1: 1000, 2: 2000})})
    warm = Warm.of({family.card.name: family})
    company = Company(warm, CPU, Turns(most_rows=16), budget=budget)
    sitting = Sitting(recipe())

    finish(company, sitting)

    assert sitting.painted


def test_what_recordings_hold_is_not_for_forwards() -> None:
    needs = {"tiny": need_of({1: 10, 2: 20})}
    free = Budget(Card(1_000), needs)
    recorded = Budget(Card(1_000), needs, held=lambda: 600)

    assert (free.rows("tiny", 1), recorded.rows("tiny", 1)) == (90, 36)


def test_a_need_is_the_line_through_what_was_measured() -> None:
    need = need_of({100: 1_500, 300: 3_500})

    assert (need.fixed, need.pixel) == (500.0, 10.0)
    assert need.rows(10, 1_000) == 4
    assert need.rows(10, 0) == 0


def test_nothing_is_known_without_a_gauge_or_before_measuring() -> None:
    assert Budget().rows("tiny", 64) is None
    assert budget_of(CPU).rows("tiny", 512**2) == 12
    assert budget_of(CPU).rows("tiny", 1024**2) == 3
    assert budget_of(CPU).rows("tiny", 2048**2) == 2
    assert Budget(Card(1_000)).rows("tiny", 64) is None
