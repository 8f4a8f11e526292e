"""Stock call: how diffusers' own pipeline is asked for a recipe, as its documentation shows it."""

from typing import Any

import torch
from PIL.Image import Image

from engine.job import Recipe


def stock_picture(pipe: Any, recipe: Recipe) -> Image:
    """With the scheduler that it has. The picture is here, so the device has done all of it."""
    image: Image = pipe(
        prompt=recipe.prompt,
        # Nothing and an empty one are two things to SDXL.
        negative_prompt=recipe.negative or None,
        width=recipe.width,
        height=recipe.height,
        num_inference_steps=recipe.steps,
        guidance_scale=recipe.guidance,
        generator=torch.Generator("cpu").manual_seed(recipe.seed),
    ).images[0]
    return image
