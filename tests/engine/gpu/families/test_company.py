"""Tiles of every family in company: with their own kind, and beside another family."""

from collections.abc import Mapping

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.gpu.preview import estimate
from engine.job import Recipe
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.together import Sitting, begun, company_of, far_from, paint_together

NEW = ("sdxl", "sd3", "flux")


def mixed(specimen: Specimen, *, exact: bool = False) -> list[Recipe]:
    """Samplers, steps, guidance, sizes, sources and lengths of text."""
    samplers = ["Euler", "DPM++ 2M", "UniPC"]
    recipes = [
        specimen.recipe(
            sampler=samplers[number % 3],
            seed=number,
            steps=3 + number,
            guidance=[5.0, 1.0, 3.0, 8.0][number % 4],
            prompt=["a red circle", "a (blue:1.4) fox, " + "green house " * 40][number % 2],
            exact=exact,
        )
        for number in range(5)
    ]
    more = {"sampler": "Euler", "steps": 8, "exact": exact}
    return [
        *recipes,
        specimen.recipe(image="source", strength=0.5, **more),
        specimen.recipe(image="source", mask="mask", **more),
        specimen.recipe(width=80, **more),
    ]


@pytest.mark.parametrize("name", NEW)
def test_company_changes_a_tile_by_rounding_only(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    family, recipes = specimens[name].family, mixed(specimens[name])
    alone = [paint_together(family, [one], sources=FILES)[0] for one in recipes]

    together = paint_together(family, recipes, sources=FILES, turns_between=1)

    assert max(map(far_from, together, alone)) < 1e-4


@pytest.mark.parametrize("name", NEW)
@settings(
    deadline=None, max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=st.lists(st.integers(0, 7), min_size=2, max_size=4), turns_between=st.integers(0, 2))
def test_an_exact_tile_knows_no_company(
    specimens: Mapping[str, Specimen], name: str, chosen: list[int], turns_between: int
) -> None:
    family, exact = specimens[name].family, mixed(specimens[name], exact=True)
    (alone,) = paint_together(family, [exact[chosen[0]]], sources=FILES)

    first, *_ = paint_together(
        family,
        [exact[chosen[0]], *(mixed(specimens[name])[number] for number in chosen[1:])],
        sources=FILES,
        turns_between=turns_between,
    )

    assert torch.equal(first.latents, alone.latents)


@pytest.mark.parametrize("name", NEW)
def test_tiles_share_forwards_whatever_their_guidance_and_sampler(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    specimen, widths = specimens[name], []
    recipes = [
        specimen.recipe(seed=1),
        specimen.recipe(seed=2, guidance=1.0, sampler="UniPC"),
        specimen.recipe(seed=3, guidance=9.0, negative="red"),
    ]

    handle = specimen.family.network.register_forward_hook(
        lambda *call: widths.append(len(call[-1][0]))
    )
    try:
        paint_together(specimen.family, recipes)
    finally:
        handle.remove()

    # FLUX is told its guidance and needs no second row for it.
    assert widths == [3 if name == "flux" else 5] * 5


@pytest.mark.parametrize("name", NEW)
def test_only_equal_sizes_share_a_forward(specimens: Mapping[str, Specimen], name: str) -> None:
    specimen, family = specimens[name], specimens[name].family
    with torch.inference_mode():
        key, wide, high = (
            begun(family, specimen.recipe(**size), {}).key
            for size in ({}, {"width": 128, "height": 32}, {"width": 32, "height": 128})
        )

    assert len({key, wide, high}) == 3


@pytest.mark.parametrize("name", NEW)
def test_a_preview_comes_on_the_way(specimens: Mapping[str, Specimen], name: str) -> None:
    (sitting,) = paint_together(specimens[name].family, [specimens[name].recipe(steps=6, width=96)])

    previews = [preview for _, preview in sitting.told if preview]
    assert [preview.size for preview in previews] == [(12, 8)]


@pytest.mark.parametrize("name", ["sd3", "flux"])
def test_a_preview_of_a_straight_line_sees_its_end(
    specimens: Mapping[str, Specimen], name: str
) -> None:
    family = specimens[name].family
    with torch.inference_mode():
        painting = begun(family, specimens[name].recipe(), {})
    picture, noise = torch.randn(2, 1, 16, 8, 8).unbind()
    painting.scheduler.set_begin_index(2)
    time = painting.times[2]
    seen = painting.scheduler.scale_noise(picture, time[None], noise)

    end = estimate("flow_prediction", time, painting.scheduler, seen, noise - picture)

    assert torch.allclose(end, picture, atol=1e-4)


def test_every_family_at_once_serves_as_if_alone(specimens: Mapping[str, Specimen]) -> None:
    recipes = [
        specimen.recipe(seed=seed, steps=3 + seed)
        for seed in range(2)
        for specimen in specimens.values()
    ]
    company = company_of(*(specimen.family for specimen in specimens.values()))
    sittings = [Sitting(recipe) for recipe in recipes]

    for sitting in sittings:
        company.welcome(sitting.seat)
        company.turn()
    while company.busy:
        company.turn()

    for sitting in sittings:
        specimen = specimens[sitting.recipe.model]
        (alone,) = paint_together(specimen.family, [sitting.recipe])
        assert far_from(sitting, alone) < 1e-4
