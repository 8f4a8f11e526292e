"""Where tiles begin: a seed's own noise, and variations on the way to another's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from engine.gpu.family import Family
from engine.gpu.images.noise import first_noise, generator_of, leaning
from engine.job import Recipe
from tests.engine.gpu.together import begun, paint_together, picture_file, recipe

SHAPE = (1, 4, 8, 8)
SHARES = [0.0, 0.1, 0.35, 0.5, 0.8, 1.0]
FILES = {"source": picture_file(1)}


def varied(share: float, **changes: Any) -> Recipe:
    return replace(recipe(**changes), variation=share, variation_seed=11)


def drawn(asked: Recipe) -> Tensor:
    return first_noise(asked, SHAPE, generator_of(asked.seed))


def test_without_a_variation_the_seed_is_all_that_counts() -> None:
    assert torch.equal(drawn(varied(0.0)), drawn(recipe()))
    assert torch.equal(drawn(replace(recipe(), variation=0.5)), drawn(recipe()))


def test_a_whole_variation_is_the_other_seeds_noise() -> None:
    assert torch.equal(drawn(varied(1.0)), drawn(recipe(seed=11)))


def test_the_noise_goes_from_one_seed_to_the_other_and_never_back() -> None:
    noises = [drawn(varied(share)) for share in SHARES]

    from_own = [float((noise - noises[0]).norm()) for noise in noises]
    from_other = [float((noise - noises[-1]).norm()) for noise in noises]

    assert from_own == sorted(from_own)
    assert from_other == sorted(from_other, reverse=True)
    assert len(set(from_own)) == len(SHARES)


@pytest.mark.parametrize("share", SHARES)
def test_the_noise_is_as_strong_all_along(share: float) -> None:
    one, other = (torch.randn(1, 4, 64, 64, generator=Generator().manual_seed(n)) for n in (0, 1))

    noise = leaning(one, other, share)

    assert float(noise.std()) == pytest.approx(1.0, abs=0.02)
    # On a straight line the middle would have 0.7 of the strength.
    between = (1 - share) * one.norm() + share * other.norm()
    assert float(noise.norm()) == pytest.approx(float(between), rel=0.01)


def test_noises_that_are_the_same_have_nothing_between_them() -> None:
    one = drawn(recipe())

    assert torch.equal(leaning(one, one.clone(), 0.5), one)


def test_a_variation_of_nothing_is_the_seeds_picture(family: Family) -> None:
    none, plain = paint_together(family, [varied(0.0, exact=True), recipe(exact=True)])

    assert torch.equal(none.latents, plain.latents)


def test_pictures_change_with_the_variation_and_its_seed(family: Family) -> None:
    other = replace(varied(0.4), variation_seed=12)

    plain, some, more, elsewhere = paint_together(
        family, [recipe(), varied(0.1), varied(0.4), other]
    )

    distances = [float((each.latents - plain.latents).norm()) for each in (some, more, elsewhere)]
    assert 0 < distances[0] < distances[1]
    assert not torch.equal(more.latents, elsewhere.latents)


@pytest.fixture
def added(family: Family) -> Callable[[Recipe], list[Tensor]]:
    """The noise that a sampler would add on the way to a recipe's picture."""

    def noises(asked: Recipe) -> list[Tensor]:
        generator = begun(family, asked, FILES).options["generator"]
        return [torch.randn(SHAPE, generator=generator) for _ in range(3)]

    return noises


@pytest.mark.parametrize("over", [{}, {"image": "source", "strength": 0.6}])
def test_noise_on_the_way_stays_the_seeds_own(
    added: Callable[[Recipe], list[Tensor]], over: dict[str, Any]
) -> None:
    plain = added(recipe(sampler="Euler a", **over))

    for share in SHARES:
        for one, other in zip(added(varied(share, sampler="Euler a", **over)), plain, strict=True):
            assert torch.equal(one, other)


def test_over_an_image_a_variation_is_another_picture_too(family: Family) -> None:
    over: dict[str, Any] = {"image": "source", "strength": 0.6}

    plain, varied_over = paint_together(
        family, [recipe(**over), varied(0.3, **over)], sources=FILES
    )

    assert not torch.allclose(plain.latents, varied_over.latents, rtol=0.01)
