"""Builds the samplers of `engine.sampler` as diffusers schedulers for a model."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from engine.errors import PaintingFailed
from engine.sampler import Sampler

# A model's own choice of spacing must not leak into a sampler whose name says otherwise.
PLAIN_SPACING = {
    "use_karras_sigmas": False,
    "use_exponential_sigmas": False,
    "use_beta_sigmas": False,
}


def scheduler_for(sampler: Sampler, noise: Mapping[str, Any], steps: int) -> Any:
    """A scheduler of one tile's own, set to that many steps.

    `noise` is the scheduler config that came with the model, never one that was in use.
    """
    # Not at the top: importing diffusers takes seconds, which the engine thread has.
    kind = getattr(import_module("diffusers"), sampler.scheduler)
    known = kind._get_init_keys(kind)
    options = {name: value for name, value in PLAIN_SPACING.items() if name in known}
    scheduler = kind.from_config(dict(noise), **{**options, **sampler.options})
    try:
        # On the CPU, so that no step waits for the card only to look up its time.
        scheduler.set_timesteps(steps, device="cpu")
    except ValueError as error:
        raise PaintingFailed(
            f"{sampler.name} cannot paint in {steps} steps. Take fewer steps or another sampler."
        ) from error
    return scheduler
