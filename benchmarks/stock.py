"""Stock: diffusers' own pipeline, as its documentation shows it, plain or compiled."""

from time import perf_counter
from typing import Any

import torch

from benchmarks.flags import Flags
from engine.gpu.device import settle
from engine.gpu.family import network_of
from engine.job import Recipe
from engine.png import write_png


class Stock:
    """Paints with torch's own flags, whatever the engine told torch meanwhile."""

    def __init__(self, pipe: Any, device: torch.device, flags: Flags) -> None:
        self._pipe = pipe
        self._device = device
        self._flags = flags

    def compile(self, *, backend: str) -> None:
        """As diffusers advises: the network and the decoder, with CUDA graphs on a card."""
        options = {"mode": "reduce-overhead"} if backend == "inductor" else {}
        name = "unet" if "unet" in self._pipe.components else "transformer"
        compiled: Any = torch.compile
        network = compiled(network_of(self._pipe), fullgraph=True, backend=backend, **options)
        setattr(self._pipe, name, network)
        decode = self._pipe.vae.decode
        self._pipe.vae.decode = compiled(decode, backend=backend, **options)

    def paint(self, recipe: Recipe) -> tuple[bytes, float]:
        """The file, and the seconds it took."""
        with self._flags.meanwhile():
            started = perf_counter()
            image = self._pipe(
                prompt=recipe.prompt,
                # Nothing and an empty one are two things to SDXL.
                negative_prompt=recipe.negative or None,
                width=recipe.width,
                height=recipe.height,
                num_inference_steps=recipe.steps,
                guidance_scale=recipe.guidance,
                generator=torch.Generator("cpu").manual_seed(recipe.seed),
            ).images[0]
            settle(self._device)
            png = write_png(image, recipe)
            return png, perf_counter() - started
