"""A device with less memory than the pictures would like."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch

from engine.errors import OutOfMemory
from engine.gpu.budget import Budget, budget_of, need_of
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.relief import Relief
from engine.gpu.warm import Servable, Warm
from engine.job import Recipe
from engine.ladder import Rung
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    company_of,
    family_of,
    paint_together,
    picture_file,
    recipe,
)

MIXED = [
    recipe(seed=number, sampler=sampler)
    for number, sampler in enumerate(["Euler", "UniPC", "DPM++ 2M Karras", "Euler a", "Heun"])
]


class Rearranged(Relief):
    """What a card would gain by every rung; here only what was asked for is remembered."""

    @property
    def possible(self) -> frozenset[Rung]:
        return super().possible | {Rung.PARK, Rung.GROUP, Rung.SEQUENTIAL}

    def take(self, rung: Rung) -> None:
        if rung is Rung.TILE:
            super().take(rung)
        self.in_force.add(rung)


@pytest.fixture
def scarce() -> Family:
    """A model of its own, since what is done to it stays, on something that is no CPU."""
    family = family_of(tiny.pipeline())
    family.relief = Rearranged(family.pipe, family.network, CPU)
    return family


@contextmanager
def memory_of(
    family: Family, budget: Callable[[Relief], float], *parts: torch.nn.Module
) -> Iterator[None]:
    """Running out, for real, wherever one of the parts is given more than the budget at a time.

    What is given is counted in rows of a picture of 64x64.
    """

    def check(_: Any, inputs: tuple[torch.Tensor, ...]) -> None:
        given = len(inputs[0]) * inputs[0].shape[-1] * inputs[0].shape[-2] / 64
        if given > budget(family.relief):
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    with ExitStack() as stack:
        for part in parts:
            stack.callback(part.register_forward_pre_hook(check).remove)
        yield


def far_from(one: Sitting, other: Sitting) -> float:
    return float((one.latents - other.latents).abs().max() / other.latents.abs().max())


@pytest.mark.parametrize("rows", [99, 6, 3, 1])
def test_five_mixed_tiles_finish_unchanged_while_rows_can_be_halved(
    scarce: Family, rows: int
) -> None:
    plenty = paint_together(scarce, MIXED)

    with memory_of(scarce, lambda _: rows, scarce.network):
        painted = paint_together(scarce, MIXED)

    assert max(map(far_from, painted, plenty)) < 1e-4
    assert not scarce.relief.in_force
    short = "fewer rows were painted at a time" in " ".join(painted[-1].painted.notes)
    assert short == (rows < 10)


@pytest.mark.parametrize("rung", [Rung.PARK, Rung.GROUP, Rung.SEQUENTIAL])
def test_five_mixed_tiles_finish_unchanged_while_any_rung_is_left(
    scarce: Family, rung: Rung
) -> None:
    plenty = paint_together(scarce, MIXED)

    with memory_of(scarce, lambda relief: rung in relief.in_force, scarce.network):
        painted = paint_together(scarce, MIXED)

    assert max(map(far_from, painted, plenty)) < 1e-4
    assert rung in scarce.relief.in_force
    assert all(rung in " ".join(one.painted.notes) for one in painted)


def test_the_rungs_are_climbed_in_their_order_and_no_further(scarce: Family) -> None:
    with memory_of(scarce, lambda relief: Rung.GROUP in relief.in_force, scarce.network):
        paint_together(scarce, MIXED[:1])

    assert scarce.relief.in_force == {Rung.PARK, Rung.GROUP}


def test_where_no_rung_is_left_a_size_that_fits_is_offered(scarce: Family) -> None:
    with memory_of(scarce, lambda _: 0, scarce.network):
        (sitting,) = paint_together(scarce, [recipe(width=128, height=128)])

    assert isinstance(sitting.outcome, OutOfMemory)
    assert str(sitting.outcome).startswith("A picture of 128x128 does not fit into the memory here")
    assert "Try 96x96." in str(sitting.outcome)
    assert Rung.SEQUENTIAL in str(sitting.outcome)


def test_a_picture_that_cannot_be_decoded_whole_is_decoded_in_tiles(scarce: Family) -> None:
    large = recipe(width=256, height=256, steps=2)
    (plenty,) = paint_together(scarce, [large])

    with memory_of(scarce, lambda _: 8, scarce.pipe.vae.decoder):
        (painted,) = paint_together(scarce, [large])

    assert painted.painted.image.size == (256, 256)
    assert torch.equal(painted.latents, plenty.latents)
    assert Rung.TILE in " ".join(painted.painted.notes)
    assert scarce.relief.in_force == {Rung.TILE}


def test_tiles_for_large_pictures_leave_small_ones_whole(scarce: Family) -> None:
    with memory_of(scarce, lambda _: 8, scarce.pipe.vae.decoder):
        paint_together(scarce, [recipe(width=256, height=256, steps=2)])

        (small,) = paint_together(scarce, [recipe()])

    assert small.painted.notes == ()


def test_a_source_that_cannot_be_encoded_whole_is_encoded_in_tiles(scarce: Family) -> None:
    files = {"source": picture_file(1, width=256, height=256)}
    large = recipe(width=256, height=256, image="source", strength=0.5, steps=4)

    with memory_of(scarce, lambda _: 600, scarce.pipe.vae.encoder):
        (painted,) = paint_together(scarce, [large], sources=files)

    assert painted.painted.image.size == (256, 256)
    assert Rung.TILE in " ".join(painted.painted.notes)


def test_text_that_cannot_be_read_beside_the_rest_is_read_when_parts_are_parked(
    scarce: Family,
) -> None:
    def check(*_: Any) -> None:
        if Rung.PARK not in scarce.relief.in_force:
            raise RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED")

    handle = scarce.pipe.text_encoder.register_forward_pre_hook(check)
    try:
        (painted,) = paint_together(scarce, [recipe(prompt="words that nobody asked for yet")])
    finally:
        handle.remove()

    assert scarce.relief.in_force == {Rung.PARK}
    assert Rung.PARK in " ".join(painted.painted.notes)


def loads(families: Mapping[str, Family], *, fits: int) -> tuple[Warm, list[str]]:
    """Models that fit on the device that many at a time, and which were loaded when."""
    loaded: list[str] = []

    def servable(name: str, family: Family) -> Servable:
        def load(_: Collection[Rung]) -> Family:
            if len(warm.loaded) >= fits:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            loaded.append(name)
            return family

        return Servable(card=family.card, size=family.size, load=load)

    warm = Warm(servable(name, family) for name, family in families.items())
    return warm, loaded


@pytest.fixture
def two() -> Mapping[str, Family]:
    """Two models with other weights."""
    families = {}
    for name in ("one", "two"):
        family = family_of(tiny.pipeline())
        family.card = replace(family.card, name=name)
        families[name] = family
    torch.nn.init.normal_(families["two"].network.conv_out.weight, std=0.05)
    return families


def test_a_model_that_does_not_fit_beside_an_idle_one_takes_its_place(
    two: Mapping[str, Family],
) -> None:
    warm, loaded = loads(two, fits=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    sittings = [Sitting(recipe(model=name)) for name in ("one", "two")]

    for sitting in sittings:
        company.welcome(sitting.seat)
        while company.busy:
            company.turn()

    assert loaded == ["one", "two"]
    assert Rung.DROP in " ".join(sittings[1].painted.notes)


def test_a_model_that_fits_nowhere_ends_that_tile_only(two: Mapping[str, Family]) -> None:
    warm, _ = loads(two, fits=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    first, second = Sitting(recipe(model="one")), Sitting(recipe(model="two"))

    for sitting in (first, second):
        company.welcome(sitting.seat)
    while company.busy:
        company.turn()

    assert isinstance(second.outcome, OutOfMemory)
    assert first.painted


def test_a_model_that_does_not_fit_as_it_is_is_loaded_block_by_block(scarce: Family) -> None:
    tried: list[set[Rung]] = []

    def load(rungs: Collection[Rung]) -> Family:
        tried.append(set(rungs))
        if Rung.GROUP not in rungs:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return scarce

    servable = Servable(card=scarce.card, size=scarce.size, load=load)
    warm = Warm([servable], possible=[Rung.PARK, Rung.GROUP, Rung.SEQUENTIAL])
    company = Company(warm, CPU, Turns(most_rows=8))
    sitting = Sitting(recipe())

    company.welcome(sitting.seat)
    while company.busy:
        company.turn()

    assert sitting.painted
    assert tried == [set(), set(), {Rung.PARK}, {Rung.PARK, Rung.GROUP}]
    assert warm.easing(scarce.card.name).in_force == {Rung.PARK, Rung.GROUP}


def painted_with(
    families: Mapping[str, Family], recipes: list[Recipe], *, models: int
) -> tuple[list[Sitting], list[str]]:
    """All at once, with that many models loaded at a time."""
    warm, loaded = loads(families, fits=len(families))
    warm = Warm(
        [replace_size(each, 1) for each in warm._models.values()],
        most=models,
    )
    company = Company(warm, CPU, Turns(most_rows=8))
    sittings = [Sitting(one) for one in recipes]
    for sitting in sittings:
        company.welcome(sitting.seat)
        company.turn()
    while company.busy:
        company.turn()
    return sittings, loaded


def replace_size(servable: Servable, size: int) -> Servable:
    return replace(servable, size=size)


def test_wishes_for_two_models_in_turn_switch_once_and_change_no_picture(
    two: Mapping[str, Family],
) -> None:
    recipes = [recipe(model=["one", "two"][n % 2], seed=n, exact=True) for n in range(6)]
    together, _ = painted_with(two, recipes, models=2)

    apart, loaded = painted_with(two, recipes, models=1)

    assert loaded == ["one", "two"]
    for one, other in zip(apart, together, strict=True):
        assert torch.equal(one.latents, other.latents)
    first, second = (sitting.latents for sitting in together[:2])
    assert not torch.equal(first, second)


def test_a_tile_that_waits_for_its_model_may_be_withdrawn(two: Mapping[str, Family]) -> None:
    warm = Warm([replace_size(each, 1) for each in loads(two, fits=2)[0]._models.values()], most=1)
    company = Company(warm, CPU, Turns(most_rows=8))
    first, second = Sitting(recipe(model="one")), Sitting(recipe(model="two"))
    for sitting in (first, second):
        company.welcome(sitting.seat)

    second.seat.withdrawn = True
    while company.busy:
        company.turn()

    assert first.painted
    assert second.told == []
    assert second.outcome is not None


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
    handle = family.network.register_forward_pre_hook(
        lambda _, inputs: widths.append(len(inputs[0]))
    )
    sittings = [Sitting(recipe(seed=seed, guidance=1.0, steps=2)) for seed in range(5)]

    try:
        for sitting in sittings:
            company.welcome(sitting.seat)
        while company.busy:
            company.turn()
    finally:
        handle.remove()

    assert max(widths) == 3
    assert all(sitting.painted for sitting in sittings)


def test_what_does_not_fit_the_budget_is_tried_all_the_same(family: Family) -> None:
    budget = Budget(Card(0), {family.card.name: need_of({1: 1000, 2: 2000})})
    warm = Warm.of({family.card.name: family})
    company = Company(warm, CPU, Turns(most_rows=16), budget=budget)
    sitting = Sitting(recipe())

    company.welcome(sitting.seat)
    while company.busy:
        company.turn()

    assert sitting.painted


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


def test_company_of_several_models_reports_what_is_not_served(family: Family) -> None:
    company = company_of(family)
    sitting = Sitting(recipe(model="other"))

    company.welcome(sitting.seat)

    assert not company.busy
    assert "tiny" in str(sitting.outcome)
