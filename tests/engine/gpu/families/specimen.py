"""A specimen of every family: a tiny pipeline, our family over it, and diffusers' own pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import torch
from PIL import Image

from engine.card import ModelCard
from engine.gpu.families.flux import Flux
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sd3 import StableDiffusion3
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.job import Recipe
from engine.sampler import SAMPLERS, Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.stock_scheduler import stock_scheduler
from tests.engine.gpu.together import CARD, picture_file, recipe, with_previews

SOURCE, MASK = picture_file(1), picture_file(2, "L")
FILES = {"source": SOURCE, "mask": MASK}


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """`stock` names diffusers' pipelines for a text, for an image and for a mask."""

    pipe: Any
    family: Family
    stock: tuple[str, str, str]
    noise: Noise

    def recipe(self, **changes: Any) -> Recipe:
        return recipe(**{"model": self.family.card.name, **changes})

    def paint(self, asked: Recipe, **inputs: Any) -> Image.Image:
        """The picture of diffusers' own pipeline."""
        picture: Image.Image = self._stock(asked, "pil", **inputs)
        return picture

    def latents(self, asked: Recipe, **inputs: Any) -> torch.Tensor:
        """The final latents of diffusers' own pipeline, each in its place."""
        latents: torch.Tensor = self._stock(asked, "latent", **inputs)[None]
        if latents.ndim == 4:
            return latents
        unpacked: torch.Tensor = self.pipe._unpack_latents(latents, asked.height, asked.width, 8)
        return unpacked

    def _stock(self, asked: Recipe, output: str, **inputs: Any) -> Any:
        image: dict[str, Any] = {}
        if asked.image:
            image = {"image": Image.open(BytesIO(SOURCE)), "strength": asked.strength}
        if asked.mask:
            image["mask_image"] = Image.open(BytesIO(MASK))
        kind = self.stock[len(image) - 1 if image else 0]
        parts = {**self.pipe.components, "scheduler": self._scheduler(asked)}
        other = tiny.quiet(getattr(tiny.diffusers, kind)(**parts))
        size = {"width": asked.width, "height": asked.height}
        if kind == "StableDiffusionXLImg2ImgPipeline":
            size = {}
        return other(
            prompt=asked.prompt,
            negative_prompt=asked.negative or None,
            num_inference_steps=asked.steps,
            guidance_scale=asked.guidance,
            generator=torch.Generator().manual_seed(asked.seed),
            output_type=output,
            **{**size, **image, **inputs},
        ).images[0]

    def _scheduler(self, asked: Recipe) -> Any:
        solver = SAMPLERS[asked.sampler].solver(self.noise)
        assert solver is not None
        config = self.pipe.scheduler.config
        shift = {"flow_shift": config["shift"]} if solver.options.get("use_flow_sigmas") else {}
        return stock_scheduler(solver.scheduler, config, {**solver.options, **shift})


def specimen(
    pipe: Any, kind: type[Family], name: str, *, multiple: int, noise: Noise = Noise.DIFFUSION
) -> Specimen:
    values = {field: getattr(CARD, field) for field in CARD.__dataclass_fields__}
    card = ModelCard(**{**values, "name": name, "multiple": multiple})
    with torch.inference_mode():
        family = with_previews(kind(pipe, card))
    base = kind.pipeline.removesuffix("Pipeline")
    return Specimen(
        pipe=pipe,
        family=family,
        stock=(f"{base}Pipeline", f"{base}Img2ImgPipeline", f"{base}InpaintPipeline"),
        noise=noise,
    )


MAKERS: Mapping[str, Callable[[], Specimen]] = {
    "sd": lambda: specimen(tiny.pipeline(), StableDiffusion, "sd", multiple=8),
    "sdxl": lambda: specimen(tiny.sdxl(), StableDiffusionXL, "sdxl", multiple=8),
    "sd3": lambda: specimen(tiny.sd3(), StableDiffusion3, "sd3", multiple=16, noise=Noise.FLOW),
    "flux": lambda: specimen(tiny.flux(), Flux, "flux", multiple=16, noise=Noise.FLOW),
}
"""Each makes a specimen that no other test has its hands on."""


def every_specimen() -> Mapping[str, Specimen]:
    return {name: make() for name, make in MAKERS.items()}
