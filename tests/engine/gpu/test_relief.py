"""Rearranging a pipeline changes where its parts are, and not what they answer."""

import pytest
import torch

from engine.gpu.family import Family
from engine.gpu.relief import SMALLEST_TILE, Relief, tile
from engine.ladder import Rung
from tests.engine.gpu import tiny
from tests.engine.gpu.together import CPU, family_of, paint_together, recipe


@pytest.fixture
def own() -> Family:
    return family_of(tiny.pipeline())


@pytest.mark.parametrize("rungs", [[Rung.PARK], [Rung.GROUP], [Rung.GROUP, Rung.SEQUENTIAL]])
def test_a_rearranged_model_paints_the_same(own: Family, rungs: list[Rung]) -> None:
    (before,) = paint_together(own, [recipe()])

    for rung in rungs:
        own.relief.take(rung)
    first, second = (paint_together(own, [recipe(seed=seed)])[0] for seed in (7, 8))

    assert own.relief.in_force == set(rungs)
    assert torch.equal(first.latents, before.latents)
    assert first.painted.image.tobytes() == before.painted.image.tobytes()
    assert second.painted


def test_parked_parts_are_brought_only_while_they_are_used(own: Family) -> None:
    moves: list[str] = []
    own.relief.take(Rung.PARK)
    vae = own.pipe.vae
    before = vae._hf_hook.pre_forward

    def watched(*arguments: object) -> object:
        moves.append("brought")
        return before(*arguments)

    vae._hf_hook.pre_forward = watched
    paint_together(own, [recipe()])

    assert moves


def test_in_main_memory_only_tiles_can_help(own: Family) -> None:
    assert own.relief.possible == {Rung.TILE}


def test_tiles_become_smaller_until_they_are_mostly_overlap(own: Family) -> None:
    vae, sides = own.pipe.vae, []

    while Rung.TILE in own.relief.possible:
        own.relief.take(Rung.TILE)
        sides.append(vae.tile_latent_min_size)

    assert sides[-1] == SMALLEST_TILE
    assert sides == sorted(sides, reverse=True)


def test_tiles_of_picture_and_latents_are_the_same_places(own: Family) -> None:
    vae = own.pipe.vae
    latents = torch.randn(1, 4, 40, 24, generator=torch.Generator().manual_seed(0))

    tile(vae)
    with torch.inference_mode():
        picture = vae.decode(latents, return_dict=False)[0]

    assert picture.shape == (1, 3, 40 * 8, 24 * 8)


def test_what_only_models_can_be_rearranged_for_is_refused(own: Family) -> None:
    with pytest.raises(ValueError, match="HALVE"):
        Relief(own.pipe, own.network, CPU).take(Rung.HALVE)
