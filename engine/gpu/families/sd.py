"""Stable Diffusion 1.x and 2.x, and every model in their format: picturebook is one."""

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from engine.gpu.addons.embeddings import Embeddings
from engine.gpu.families.unet import UNetFamily
from engine.gpu.text.clip import Clip
from engine.gpu.text.conditioning import Conditioning
from engine.gpu.text.manner import manner_of
from engine.gpu.text.words import Words
from engine.job import Recipe


class StableDiffusion(UNetFamily):
    """A UNet that reads one sequence of text embeddings."""

    pipeline = "StableDiffusionPipeline"
    without: ClassVar[Mapping[str, Any]] = {
        "safety_checker": None,
        "feature_extractor": None,
        "requires_safety_checker": False,
    }

    def _prepare(self) -> None:
        super()._prepare()
        readers = [(self.pipe.tokenizer, self.pipe.text_encoder)]
        self._conditioning = Conditioning(
            Clip(readers, self._plain_words, Embeddings(readers, self.card, self.shelves.file))
        )

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        manner = manner_of(recipe, skips=True)
        words = self._conditioning.rows(
            recipe.prompt, recipe.negative, guided=guided, manner=manner
        )
        return {"encoder_hidden_states": words.tokens}

    def denoise(
        self, network: Any, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]
    ) -> Tensor:
        return self.ask(network, latents, times, conditioning)

    def _plain_words(self, text: str) -> Words:
        return Words(tokens=self.pipe.encode_prompt(text, self.device, 1, False)[0])
