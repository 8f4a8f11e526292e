"""Stable Diffusion 1.x and 2.x, and every model in their format: picturebook is one."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.card import ModelCard
from engine.gpu.conditioning import Conditioning
from engine.gpu.family import Family
from engine.job import Recipe


class StableDiffusion(Family):
    """A UNet that reads one sequence of text embeddings."""

    def __init__(self, pipe: Any, card: ModelCard) -> None:
        super().__init__(pipe, card)
        self._conditioning = Conditioning(pipe)

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        rows = self._conditioning.rows(recipe.prompt, recipe.negative, guided=guided)
        return {"encoder_hidden_states": rows}

    def denoise(self, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]) -> Tensor:
        answer: Tensor = self.network(latents, times, return_dict=False, **conditioning)[0]
        return answer
