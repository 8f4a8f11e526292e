"""Samplers keep a model's noise, and nothing else of the scheduler that came with it."""

import pytest

from engine.errors import PaintingFailed
from engine.gpu.samplers import scheduler_for
from engine.sampler import SAMPLERS, sampler_named
from tests.engine.gpu import tiny

VELOCITY = {**tiny.NOISE, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_the_model_predicts_is_kept(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), VELOCITY, 5)

    assert scheduler.config.prediction_type == "v_prediction"
    assert len(scheduler.timesteps) == 5


@pytest.mark.parametrize("name", [name for name in SAMPLERS if name != "LCM"])
def test_the_models_spacing_is_kept(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), VELOCITY, 5)

    assert float(scheduler.timesteps[0]) == 999


@pytest.mark.parametrize("name", ["DDIM", "LCM"])
def test_nothing_is_clipped_that_the_model_does_not_clip(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), tiny.NOISE, 5)

    assert scheduler.config.clip_sample is False
    assert scheduler.config.set_alpha_to_one is False


def test_a_model_that_came_with_karras_does_not_make_every_sampler_karras() -> None:
    karras = {**tiny.NOISE, "use_karras_sigmas": True}

    plain = scheduler_for(sampler_named("DPM++ 2M"), karras, 5)

    assert not plain.config.use_karras_sigmas
    assert scheduler_for(sampler_named("DPM++ 2M Karras"), tiny.NOISE, 5).config.use_karras_sigmas


def test_two_tiles_never_share_a_scheduler() -> None:
    one, other = (scheduler_for(sampler_named("UniPC"), tiny.NOISE, steps) for steps in (5, 9))

    assert (len(one.timesteps), len(other.timesteps)) == (5, 9)


def test_steps_that_a_sampler_cannot_do_are_a_sentence() -> None:
    with pytest.raises(PaintingFailed, match="fewer steps"):
        scheduler_for(sampler_named("LCM"), tiny.NOISE, 80)
