"""Samplers keep a model's noise, and nothing else of the scheduler that came with it."""

from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch

from engine.errors import PaintingFailed
from engine.gpu.samplers import noise_of, samplers_that_fit, scheduler_for
from engine.sampler import SAMPLERS, Noise, sampler_named, samplers_for
from tests.engine.gpu import tiny

VELOCITY = {**tiny.NOISE, "prediction_type": "v_prediction", "timestep_spacing": "trailing"}
FLOW = {"_class_name": "FlowMatchEulerDiscreteScheduler", "shift": 3.0}
SHIFTING = {**FLOW, "use_dynamic_shifting": True}
# What schedulers of models out there say besides, all at once.
HABITS = {
    "use_karras_sigmas": True,
    "use_lu_lambdas": True,
    "algorithm_type": "sde-dpmsolver++",
    "solver_order": 3,
    "solver_type": "heun",
    "final_sigmas_type": "sigma_min",
    "lower_order_final": False,
    "euler_at_final": True,
    "skip_prk_steps": False,
    "original_inference_steps": 10,
    "clip_sample": True,
    "thresholding": True,
}
# A grid of 50 times has its own spacing, and its last time need not be the model's last.
SPACED = [name for name, sampler in SAMPLERS.items() if sampler.most_steps is None]
TWICE = [name for name, sampler in SAMPLERS.items() if sampler.forwards_per_step == 2]


def painted(scheduler: Any, first: int = 0) -> tuple[torch.Tensor, int]:
    """What becomes of a few numbers, and after how many forwards of a network that is a curve."""
    generator = torch.Generator().manual_seed(0)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(first)
    takes = signature(scheduler.step).parameters
    options = {"generator": generator} if "generator" in takes else {}
    latents = torch.randn(1, 1, 2, 2, generator=generator)
    latents = latents * getattr(scheduler, "init_noise_sigma", 1.0)
    for time in scheduler.timesteps[first:]:
        shown = latents
        if hasattr(scheduler, "scale_model_input"):
            shown = scheduler.scale_model_input(latents, time)
        latents = scheduler.step(torch.tanh(shown), time, latents, return_dict=False, **options)[0]
    return latents, len(scheduler.timesteps) - first


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_the_model_predicts_is_kept(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), VELOCITY, 5)

    assert scheduler.config.prediction_type == "v_prediction"
    assert len(scheduler.timesteps) == sampler_named(name).forwards(5)


@pytest.mark.parametrize("name", SPACED)
def test_the_models_spacing_is_kept(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), VELOCITY, 5)

    assert float(scheduler.timesteps[0]) == pytest.approx(999, abs=1)


@pytest.mark.parametrize("spacing", ["leading", "linspace", "trailing"])
def test_the_sampler_for_few_steps_begins_at_the_last_time_of_any_model(spacing: str) -> None:
    noise = {**tiny.NOISE, "timestep_spacing": spacing}

    scheduler = scheduler_for(sampler_named("Euler SGM Uniform"), noise, 4)

    assert scheduler.timesteps.tolist() == [999, 749, 499, 249]


@pytest.mark.parametrize("name", SAMPLERS)
def test_nothing_is_clipped_that_the_model_does_not_clip(name: str) -> None:
    scheduler = scheduler_for(sampler_named(name), {**tiny.NOISE, "clip_sample": True}, 5)

    assert not scheduler.config.get("clip_sample")
    assert not scheduler.config.get("thresholding")
    assert not scheduler.config.get("set_alpha_to_one")


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_model_that_came_with_another_sampler_changes_none(name: str) -> None:
    plain = scheduler_for(sampler_named(name), tiny.NOISE, 7)

    scheduler = scheduler_for(sampler_named(name), {**tiny.NOISE, **HABITS}, 7)

    assert dict(scheduler.config) == dict(plain.config)


def test_what_a_model_did_not_choose_is_each_samplers_own_choice() -> None:
    came_with = tiny.diffusers.EulerDiscreteScheduler().config
    assert came_with["timestep_spacing"] == "linspace"

    scheduler = scheduler_for(sampler_named("DDIM"), came_with, 5)

    assert scheduler.config.timestep_spacing == "leading"


def mutable_parts(scheduler: Any) -> set[int]:
    """Where everything lies that a step could change, config and classes aside."""
    places = {id(scheduler)}
    left = list(vars(scheduler).values())
    while left:
        part = left.pop()
        if isinstance(part, torch.Tensor):
            places.add(part.untyped_storage().data_ptr())
        elif isinstance(part, np.ndarray):
            places.add(part.ctypes.data)
        elif isinstance(part, list | dict | set):
            places.add(id(part))
            left.extend(part.values() if isinstance(part, dict) else part)
    # Empty tensors lie nowhere.
    return places - {0}


@pytest.mark.parametrize("name", SAMPLERS)
def test_two_tiles_never_share_a_scheduler(name: str) -> None:
    one, other = (scheduler_for(sampler_named(name), tiny.NOISE, 5) for _ in range(2))

    assert not mutable_parts(one) & mutable_parts(other)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_tile_does_not_see_what_others_painted_before_and_meanwhile(name: str) -> None:
    sampler = sampler_named(name)
    alone, _ = painted(scheduler_for(sampler, tiny.NOISE, 7))
    mine = scheduler_for(sampler, tiny.NOISE, 7)
    other = scheduler_for(sampler, tiny.NOISE, 4)

    painted(other)
    latents, _ = painted(mine)

    assert torch.equal(latents, alone)


@pytest.mark.parametrize("name", SAMPLERS)
def test_it_is_the_scheduler_that_diffusers_makes(name: str) -> None:
    sampler = sampler_named(name)
    kind = getattr(tiny.diffusers, sampler.scheduler)
    stock = kind.from_config(tiny.NOISE, **sampler.options)
    stock.set_timesteps(7, device="cpu")

    latents, _ = painted(scheduler_for(sampler, tiny.NOISE, 7))

    assert torch.equal(latents, painted(stock)[0])


@pytest.mark.parametrize("name", ["DPM2", "Euler", "UniPC"])
def test_what_was_made_while_painting_works_elsewhere(name: str) -> None:
    new_here = {**tiny.NOISE, "beta_start": 0.0009}
    with torch.inference_mode():
        one, _ = painted(scheduler_for(sampler_named(name), new_here, 5))

    other, _ = painted(scheduler_for(sampler_named(name), new_here, 5))

    assert torch.equal(one, other)
    assert not other.is_inference()


def test_betas_that_are_no_list_are_taken_too() -> None:
    betas = np.linspace(0.001, 0.01, 1000)

    scheduler = scheduler_for(sampler_named("Euler"), {**tiny.NOISE, "trained_betas": betas}, 5)

    assert torch.equal(scheduler.betas, torch.tensor(betas, dtype=torch.float32))


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 19, 50])
@pytest.mark.parametrize("name", SAMPLERS)
def test_any_number_of_steps_ends_in_numbers(name: str, steps: int) -> None:
    sampler = sampler_named(name)

    latents, forwards = painted(scheduler_for(sampler, tiny.NOISE, steps))

    assert torch.isfinite(latents).all()
    assert latents.abs().max() < 100
    assert forwards == sampler.forwards(steps)


@pytest.mark.parametrize("name", SPACED)
def test_the_most_steps_that_can_be_asked_for_can_be_painted(name: str) -> None:
    latents, forwards = painted(scheduler_for(sampler_named(name), tiny.NOISE, 150))

    assert torch.isfinite(latents).all()
    assert forwards == sampler_named(name).forwards(150)


@pytest.mark.parametrize("painting", [1, 2, 7])
@pytest.mark.parametrize("name", SAMPLERS)
def test_the_last_steps_alone_take_as_many_forwards_as_the_table_says(
    name: str, painting: int
) -> None:
    sampler = sampler_named(name)
    scheduler = scheduler_for(sampler, tiny.NOISE, 20)

    latents, forwards = painted(scheduler, first=(20 - painting) * scheduler.order)

    assert torch.isfinite(latents).all()
    # PNDM takes two forwards for a single step unless it is asked for no more than that.
    assert forwards == max(sampler.forwards(painting), painting + sampler.more_forwards)


def test_some_samplers_take_two_forwards_a_step() -> None:
    assert TWICE == ["Heun", "DPM2", "DPM2 Karras", "DPM2 a", "DPM2 a Karras"]


@pytest.mark.parametrize("name", ["LCM", "TCD"])
def test_steps_that_a_sampler_cannot_do_are_a_sentence(name: str) -> None:
    with pytest.raises(PaintingFailed, match=f"{name} paints in 50 steps at most, and 51 were"):
        scheduler_for(sampler_named(name), tiny.NOISE, 51)


def test_a_spacing_that_no_scheduler_knows_is_a_sentence() -> None:
    with pytest.raises(PaintingFailed, match="another sampler"):
        scheduler_for(sampler_named("DDIM"), {**tiny.NOISE, "timestep_spacing": "golden"}, 5)


def test_a_models_scheduler_says_of_which_kind_it_is() -> None:
    assert noise_of(tiny.NOISE) is Noise.DIFFUSION
    assert noise_of(FLOW) is Noise.FLOW
    assert noise_of({"_class_name": "UniPCMultistepScheduler", "use_flow_sigmas": True}) is (
        Noise.FLOW
    )


@pytest.mark.parametrize("name", sorted(set(SAMPLERS) - set(samplers_for(Noise.FLOW))))
def test_a_sampler_that_does_not_fit_a_flow_model_is_refused_with_those_that_do(name: str) -> None:
    with pytest.raises(PaintingFailed, match=r"one of: Euler, Euler Beta, Heun, DPM\+\+ 2M, UniPC"):
        scheduler_for(sampler_named(name), FLOW, 5)


def test_a_sampler_that_cannot_shift_as_the_model_does_is_refused() -> None:
    with pytest.raises(PaintingFailed, match=r"one of: Euler, Euler Beta, DPM\+\+ 2M, UniPC\."):
        scheduler_for(sampler_named("Heun"), SHIFTING, 5, mu=1.0)

    assert samplers_that_fit(tiny.NOISE) == list(SAMPLERS)


@pytest.mark.parametrize("steps", [1, 2, 20])
@pytest.mark.parametrize("noise", [FLOW, SHIFTING])
def test_flow_models_are_painted_to_the_end(noise: dict[str, Any], steps: int) -> None:
    timing = {"mu": 1.1, "sigmas": np.linspace(1.0, 1 / steps, steps)}

    for name in samplers_that_fit(noise):
        latents, forwards = painted(scheduler_for(sampler_named(name), noise, steps, **timing))

        assert torch.isfinite(latents).all()
        assert forwards == sampler_named(name).forwards(steps)


def test_flow_models_are_shifted_alike_by_every_sampler() -> None:
    for noise, timing in ((FLOW, {}), (SHIFTING, {"mu": float(np.log(3.0))})):
        for name in ("DPM++ 2M", "UniPC"):
            scheduler = scheduler_for(sampler_named(name), noise, 4, **timing)

            middle = float(scheduler.sigmas[2])
            # Shifted by three, half way is three quarters of the noise.
            assert middle == pytest.approx(0.75, abs=1e-3)
