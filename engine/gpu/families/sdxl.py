"""Stable Diffusion XL: two text encoders, and a network that is told the size of the picture."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.card import ModelCard
from engine.gpu.clip import Clip
from engine.gpu.conditioning import Conditioning
from engine.gpu.family import Family
from engine.gpu.words import Words
from engine.job import Recipe


class StableDiffusionXL(Family):
    """A UNet that reads a sequence of text embeddings, their gist, and six numbers of size."""

    pipeline = "StableDiffusionXLPipeline"
    without: ClassVar[Mapping[str, Any]] = {"add_watermarker": False}

    def __init__(self, pipe: Any, card: ModelCard) -> None:
        if pipe.vae.config.force_upcast:
            # Most autoencoders of this family overflow in half precision and answer with black.
            pipe.vae.to(torch.float32)
        super().__init__(pipe, card)
        readers = [(pipe.tokenizer, pipe.text_encoder), (pipe.tokenizer_2, pipe.text_encoder_2)]
        self._conditioning = Conditioning(
            Clip(readers, self._plain_words, layer="PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED"),
            empty_is_zero=pipe.config.force_zeros_for_empty_prompt,
        )

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        words = self._conditioning.rows(recipe.prompt, recipe.negative, guided=guided)
        # The size before it was cut, where the cut began, the size now: nothing was cut.
        size = (recipe.height, recipe.width, 0, 0, recipe.height, recipe.width)
        return {
            "encoder_hidden_states": words.tokens,
            "text_embeds": words.gist,
            "time_ids": words.tokens.new_tensor([size] * len(words.tokens)),
        }

    def denoise(self, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]) -> Tensor:
        answer: Tensor = self.network(
            latents,
            times,
            encoder_hidden_states=conditioning["encoder_hidden_states"],
            added_cond_kwargs={name: conditioning[name] for name in ("text_embeds", "time_ids")},
            return_dict=False,
        )[0]
        return answer

    def _plain_words(self, text: str) -> Words:
        tokens, _, pooled, _ = self.pipe.encode_prompt(
            text, device=self.pipe.device, do_classifier_free_guidance=False
        )
        return Words(tokens=tokens, pooled=pooled)
