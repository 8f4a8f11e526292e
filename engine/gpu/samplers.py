"""Builds the samplers of `engine.sampler` as diffusers schedulers for a model."""

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import lru_cache
from importlib import import_module
from inspect import signature
from typing import Any

from engine.errors import PaintingFailed
from engine.sampler import SAMPLERS, Noise, Sampler, Solver

# What a scheduler's config says about the model: how it was taught to see noise. All else in it
# is a choice of sampler and spacing, and must not leak into a sampler of another name.
# The last one is diffusers' own list of what was not chosen at all.
OF_THE_MODEL = (
    *("num_train_timesteps", "beta_start", "beta_end", "beta_schedule", "trained_betas"),
    *("prediction_type", "rescale_betas_zero_snr", "timestep_spacing", "steps_offset"),
    *("timestep_type", "interpolation_type", "sigma_min", "sigma_max"),
    *("shift", "use_dynamic_shifting", "time_shift_type", "shift_terminal", "invert_sigmas"),
    *("base_shift", "max_shift", "base_image_seq_len", "max_image_seq_len"),
    "_use_default_values",
)
# Flow models shift their steps. A solver that knows nothing of one of these would shift otherwise.
SHIFTS = ("use_dynamic_shifting", "shift_terminal", "invert_sigmas")


def noise_of(config: Mapping[str, Any]) -> Noise:
    """The kind of model that came with that scheduler config."""
    name = str(config.get("_class_name", ""))
    flows = name.startswith("FlowMatch") or config.get("prediction_type") == "flow_prediction"
    return Noise.FLOW if flows or config.get("use_flow_sigmas") else Noise.DIFFUSION


def scheduler_for(sampler: Sampler, noise: Mapping[str, Any], steps: int, **timing: Any) -> Any:
    """A scheduler of one tile's own, set to that many steps.

    `noise` is the scheduler config that came with the model, never one that was in use. `timing`
    is what a flow model's stock pipeline sets the steps with besides: `mu` or `sigmas`.
    """
    if sampler.most_steps is not None and steps > sampler.most_steps:
        raise PaintingFailed(
            f"{sampler.name} paints in {sampler.most_steps} steps at most, and {steps} were asked "
            "for. Take fewer steps or another sampler."
        )
    solver = sampler.solver(noise_of(noise))
    if solver is None or not _fits(solver, noise):
        raise PaintingFailed(
            f"{sampler.name} does not work with this model. "
            f"Take one of: {', '.join(samplers_that_fit(noise))}."
        )
    asked = json.dumps(
        [solver.scheduler, _kept(_kind(solver), noise), dict(solver.options)],
        default=lambda numbers: numbers.tolist(),
    )
    # All of it: some schedulers remember earlier steps in lists, which a shallow copy would share.
    scheduler = deepcopy(_pristine(asked))
    try:
        # On the CPU, so that no step waits for the card only to look up its time.
        scheduler.set_timesteps(steps, device="cpu", **_understood(scheduler, timing))
    except ValueError as error:
        raise PaintingFailed(
            f"{sampler.name} cannot paint in {steps} steps. Take fewer steps or another sampler."
        ) from error
    return scheduler


def samplers_that_fit(noise: Mapping[str, Any]) -> list[str]:
    """The names of those that can paint with the model of that scheduler config."""
    solvers = {name: sampler.solver(noise_of(noise)) for name, sampler in SAMPLERS.items()}
    return [name for name, solver in solvers.items() if solver and _fits(solver, noise)]


@lru_cache(maxsize=128)
def _pristine(asked: str) -> Any:
    """The scheduler to copy, itself never used: some take longer to make than a picture's step.

    The text says all that it is made of, so that what looks the same is the same.
    """
    name, kept, options = json.loads(asked)
    return _class(name).from_config(kept, **options)


def _kind(solver: Solver) -> Any:
    return _class(solver.scheduler)


def _class(name: str) -> Any:
    # Not at the top: importing diffusers takes seconds, which the engine thread has.
    return getattr(import_module("diffusers"), name)


def _fits(solver: Solver, noise: Mapping[str, Any]) -> bool:
    known = _kind(solver)._get_init_keys(_kind(solver))
    return all(name in known for name in SHIFTS if noise.get(name))


def _kept(kind: Any, noise: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: noise[name] for name in OF_THE_MODEL if name in noise}
    known = kind._get_init_keys(kind)
    if "flow_shift" in known and "flow_shift" not in noise:
        # The same number under two names.
        kept["flow_shift"] = noise.get("shift", 1.0)
    return {name: value for name, value in kept.items() if name in known or name.startswith("_")}


def _understood(scheduler: Any, timing: Mapping[str, Any]) -> dict[str, Any]:
    """What of it the scheduler takes, as stock pipelines find out before they set the steps."""
    taken = set(signature(scheduler.set_timesteps).parameters)
    if scheduler.config.get("use_flow_sigmas"):
        taken.discard("sigmas")
        if not scheduler.config.get("use_dynamic_shifting"):
            taken.discard("mu")
    return {name: value for name, value in timing.items() if name in taken}
