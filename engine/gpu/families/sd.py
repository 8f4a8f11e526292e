"""Stable Diffusion 1.x and 2.x, and every model in their format: picturebook is one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from engine.card import ModelCard
from engine.gpu.clip import Clip
from engine.gpu.conditioning import Conditioning
from engine.gpu.family import Family
from engine.gpu.words import Words
from engine.job import Recipe


class StableDiffusion(Family):
    """A UNet that reads one sequence of text embeddings."""

    pipeline = "StableDiffusionPipeline"
    without: ClassVar[Mapping[str, Any]] = {
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }

    def __init__(self, pipe: Any, card: ModelCard) -> None:
        super().__init__(pipe, card)
        self._conditioning = Conditioning(
            Clip([(pipe.tokenizer, pipe.text_encoder)], self._plain_words)
        )

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        words = self._conditioning.rows(recipe.prompt, recipe.negative, guided=guided)
        return {"encoder_hidden_states": words.tokens}

    def denoise(self, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]) -> Tensor:
        answer: Tensor = self.network(latents, times, return_dict=False, **conditioning)[0]
        return answer

    def _plain_words(self, text: str) -> Words:
        return Words(tokens=self.pipe.encode_prompt(text, self.pipe.device, 1, False)[0])
