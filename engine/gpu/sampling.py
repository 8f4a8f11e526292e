"""Sampling: a model's steps from noise to picture, as diffusers' schedulers take them."""

from collections.abc import Mapping
from contextlib import nullcontext
from importlib import import_module
from inspect import signature
from typing import Any

import torch
from torch import Generator, Tensor

from engine.gpu.ahead import SentAhead
from engine.gpu.images.ground import noisy
from engine.gpu.painting import Kept, Painting
from engine.gpu.phase import Phase
from engine.gpu.rows import Rows
from engine.gpu.samplers import scheduler_for
from engine.gpu.shortcuts.cache import DEEP, apart
from engine.job import Recipe
from engine.sampler import sampler_named

RESCALES = "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion"


class Sampling:
    """Of one model, as it was taught to see noise. Only `advance` changes a painting."""

    def __init__(self, pipe: Any, device: torch.device, precision: torch.dtype) -> None:
        """`precision` is the network's."""
        # A copy: whatever is done to the pipeline later must not leak into samplers. The name says
        # how the model was taught; a config that was never in a file does not carry it.
        self.noise = {**pipe.scheduler.config, "_class_name": type(pipe.scheduler).__name__}
        self._precision = precision
        self._ahead = nullcontext() if device.type == "cpu" else SentAhead(device)
        # diffusers' own arithmetic, which every pipeline has beside it.
        self._rescaled = import_module(RESCALES).rescale_noise_cfg

    def scheduler(self, recipe: Recipe, *, spared: int, **timing: Any) -> tuple[Any, int]:
        """One of its own, and how many of its times so many spared steps are."""
        scheduler = scheduler_for(sampler_named(recipe.sampler), self.noise, recipe.steps, **timing)
        first = spared * scheduler.order
        if hasattr(scheduler, "set_begin_index"):
            # Else it looks the first time up, and takes the wrong one where a time stands twice.
            scheduler.set_begin_index(first)
        return scheduler, first

    def rows(self, painting: Painting, besides: Mapping[str, Tensor]) -> Rows:
        """What the network must be asked for the next step, of which it is told `besides`."""
        shown = painting.latents
        if hasattr(painting.scheduler, "scale_model_input"):
            shown = painting.scheduler.scale_model_input(shown, painting.time)
        if painting.beside is not None:
            shown = torch.cat([shown, painting.beside], dim=1)
        deep = {} if painting.deep is None else {DEEP: painting.deep[-painting.rows :]}
        return Rows(
            latents=torch.cat([shown] * painting.rows),
            times=torch.full((painting.rows,), float(painting.time)),
            conditioning={**painting.told, **besides, **deep},
            phase=painting.phase,
        )

    def direction(self, painting: Painting, answer: Tensor) -> tuple[Tensor, Tensor | None]:
        """Where the network's answer leads, and what is to be kept of how it came to that."""
        answer, deep = apart(answer, painting.latents)
        # It was widened with the answer, and loses nothing.
        kept = None if deep is None else deep.to(self._precision)
        return self._guided(painting.recipe, answer), kept

    def advance(self, painting: Painting, direction: Tensor, deep: Tensor | None = None) -> None:
        """One step in that direction, with `deep` for the next ones if there is any to keep.

        All or nothing: what can fail comes first.
        """
        with self._ahead:
            after: Tensor = painting.scheduler.step(
                direction, painting.time, painting.latents, **painting.options, return_dict=False
            )[0]
            if painting.kept is not None:
                after = _with_kept(painting, painting.kept, after)
        painting.latents = after
        painting.done += 1
        kept = painting.deep if deep is None else deep
        painting.deep = kept if painting.phase is Phase.SHALLOW else None

    def _guided(self, recipe: Recipe, answer: Tensor) -> Tensor:
        """One row: away from what is unwanted, towards what is wanted."""
        if len(answer) == 1:
            return answer
        unwanted, wanted = answer.chunk(2)
        direction = unwanted + recipe.guidance * (wanted - unwanted)
        if recipe.rescale:
            direction = self._rescaled(direction, wanted, recipe.rescale)
        return direction


def options_of(scheduler: Any, generator: Generator) -> Mapping[str, Any]:
    """What every step of that scheduler is told besides."""
    takes = signature(scheduler.step).parameters
    options = {"generator": generator, "eta": 0.0}
    return {name: value for name, value in options.items() if name in takes}


def _with_kept(painting: Painting, kept: Kept, latents: Tensor) -> Tensor:
    """The source again where the mask is black, as noisy as the next step expects it."""
    source = kept.source
    if painting.done + 1 < len(painting.times):
        following = painting.times[painting.done + 1 : painting.done + 2]
        source = noisy(painting.scheduler, source, kept.noise, following)
    return (1 - kept.mask) * source + kept.mask * latents
