"""The jobs that are compared differ in everything in which people's jobs differ."""

from dataclasses import replace

import pytest

from engine.card import ModelCard
from engine.gpu.bench.mix import jobs_of_round, recipe_for
from engine.sampler import SAMPLERS, Noise
from tests.engine.gpu.together import CARD


def test_the_jobs_are_mixed_in_everything() -> None:
    jobs = jobs_of_round(CARD, 1)

    assert len({job.prompt for job in jobs}) == len({job.seed for job in jobs}) == len(jobs) == 24
    assert len({job.sampler for job in jobs}) >= 8
    assert len({job.steps for job in jobs}) == 5
    assert {job.guidance for job in jobs} == {1.0, 3.5, 5.0, 7.0}
    assert {(job.width, job.height) for job in jobs} == {(128, 128), (104, 152)}
    assert len({job.negative for job in jobs}) == 3


def test_some_have_no_guidance_and_most_have_the_usual_size() -> None:
    jobs = jobs_of_round(CARD, 1)

    assert sum(job.guidance <= 1 for job in jobs) == 4
    assert sum((job.width, job.height) == (128, 128) for job in jobs) == 20


def test_a_round_has_the_same_jobs_whenever_it_is_painted() -> None:
    assert jobs_of_round(CARD, 2) == jobs_of_round(CARD, 2)


def test_no_prompt_and_no_seed_is_painted_in_two_rounds() -> None:
    rounds = [jobs_of_round(CARD, number) for number in range(4)]

    jobs = [job for one in rounds for job in one]
    assert len({job.prompt for job in jobs}) == len({job.seed for job in jobs}) == len(jobs)


def test_the_pairings_change_from_round_to_round() -> None:
    one, other = (
        [(job.sampler, job.steps, job.guidance) for job in jobs_of_round(CARD, number)]
        for number in (1, 2)
    )

    assert one != other
    assert sorted(name for name, _, _ in one) == sorted(name for name, _, _ in other)


@pytest.mark.parametrize("steps", [8, 24])
def test_samplers_are_not_tied_to_steps(steps: int) -> None:
    jobs = [job for number in range(8) for job in jobs_of_round(CARD, number)]

    assert len({job.sampler for job in jobs if job.steps == steps}) >= 8


def test_only_samplers_that_fit_the_model_are_asked_for() -> None:
    flowing = tuple(name for name, sampler in SAMPLERS.items() if Noise.FLOW in sampler.kinds)
    card = replace(CARD, samplers=flowing)

    assert {job.sampler for job in jobs_of_round(card, 1)} == {"Euler", "Euler Beta"}


@pytest.mark.parametrize(
    ("usual", "largest", "multiple", "sizes"),
    [
        (1024, 2048, 16, {(1024, 1024), (832, 1216)}),
        (64, 64, 8, {(64, 64)}),
        (512, 512, 8, {(512, 512), (416, 512)}),
    ],
)
def test_every_size_is_one_that_the_model_paints(
    usual: int, largest: int, multiple: int, sizes: set[tuple[int, int]]
) -> None:
    card: ModelCard = replace(CARD, width=usual, height=usual, largest=largest, multiple=multiple)

    assert {(job.width, job.height) for job in jobs_of_round(card, 1)} == sizes


def test_what_is_not_said_is_what_the_model_likes() -> None:
    recipe = recipe_for(CARD, prompt="a fox", steps=3, seed=1)

    assert (recipe.sampler, recipe.guidance, recipe.width) == ("Euler", 5.0, 128)
