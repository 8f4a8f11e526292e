"""A device with less memory than the pictures would like."""

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import torch

from engine.errors import OutOfMemory
from engine.gpu.company import Company
from engine.gpu.family import Family
from engine.gpu.relief import Relief
from engine.gpu.warm import Servable, Warm
from engine.ladder import Rung
from engine.turns import Turns
from tests.engine.gpu import tiny
from tests.engine.gpu.together import (
    CPU,
    Sitting,
    family_of,
    far_from,
    finish,
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
    assert "Try 64x64." in str(sitting.outcome)
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

    finish(company, sitting)

    assert sitting.painted
    assert tried == [set(), set(), {Rung.PARK}, {Rung.PARK, Rung.GROUP}]
    assert warm.easing(scarce.card.name).in_force == {Rung.PARK, Rung.GROUP}
