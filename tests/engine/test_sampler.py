"""The samplers' names, and what can be known of them without building one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidRequest
from engine.job import Recipe
from engine.price import row_steps_of
from engine.sampler import SAMPLERS, Noise, sampler_named, samplers_for

KNOWN = (
    *("Euler", "Euler a", "Heun", "DPM2", "DPM2 a", "DPM++ 2M", "DPM++ 2M Karras", "LMS", "DDPM"),
    *("DPM++ 2M SDE", "DPM++ 2M SDE Karras", "DPM++ SDE", "DPM++ SDE Karras", "UniPC", "DDIM"),
    *("PNDM", "PLMS", "LCM", "TCD", "DEIS"),
)
A_FOX = Recipe(
    prompt="a fox",
    model="picturebook",
    digest="f0",
    width=512,
    height=512,
    steps=20,
    guidance=1.0,
    sampler="Euler",
    seed=7,
)


@pytest.mark.parametrize("name", KNOWN)
def test_the_names_that_people_know_are_known(name: str) -> None:
    assert sampler_named(name)


@given(st.sampled_from(sorted(SAMPLERS)), st.sampled_from((" ", "_", "-", "")), st.booleans())
def test_spelling_does_not_matter(name: str, between: str, shouted: bool) -> None:
    spelled = name.replace(" ", between)

    assert sampler_named(spelled.upper() if shouted else spelled).name == name


@pytest.mark.parametrize(
    ("other", "name"),
    [
        ("PLMS", "PNDM"),
        ("euler_ancestral", "Euler a"),
        ("dpm_2_ancestral", "DPM2 a"),
        ("dpmpp_2m_sde", "DPM++ 2M SDE"),
        ("uni_pc", "UniPC"),
    ],
)
def test_other_programs_names_are_understood(other: str, name: str) -> None:
    assert sampler_named(other).name == name


def test_a_wrong_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(InvalidRequest, match=r"Did you mean DPM\+\+ 2M Karras"):
        sampler_named("DPM++ 2M Caras")


def test_two_samplers_never_do_the_same() -> None:
    known = {(one.scheduler, tuple(sorted(one.options.items()))) for one in SAMPLERS.values()}

    assert len(known) == len(SAMPLERS)


def test_every_sampler_works_for_diffusion_models_and_some_for_flow_models() -> None:
    assert samplers_for(Noise.DIFFUSION) == list(SAMPLERS)
    assert samplers_for(Noise.FLOW) == ["Euler", "Euler Beta", "Heun", "DPM++ 2M", "UniPC"]


def test_a_sampler_has_a_solver_for_each_kind_of_model_that_it_works_for() -> None:
    for sampler in SAMPLERS.values():
        assert {noise for noise in Noise if sampler.solver(noise)} == sampler.kinds


@pytest.mark.parametrize(("sampler", "forwards"), [("Euler", 20), ("Heun", 39), ("PNDM", 21)])
def test_a_price_counts_forwards_and_not_steps(sampler: str, forwards: int) -> None:
    assert row_steps_of(replace(A_FOX, sampler=sampler)) == forwards
    assert row_steps_of(replace(A_FOX, sampler=sampler, guidance=5.0)) == 2 * forwards
