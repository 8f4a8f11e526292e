"""Stable Diffusion XL: two text encoders, and a network that is told the size of the picture."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from engine.gpu.addons.embeddings import Embeddings
from engine.gpu.families.unet import UNetFamily
from engine.gpu.text.clip import Clip
from engine.gpu.text.conditioning import Conditioning
from engine.gpu.text.manner import NOTHING_SKIPPED, manner_of
from engine.gpu.text.words import Words
from engine.job import Recipe


class StableDiffusionXL(UNetFamily):
    """A UNet that reads a sequence of text embeddings, their gist, and six numbers of size."""

    pipeline = "StableDiffusionXLPipeline"
    without: ClassVar[Mapping[str, Any]] = {"add_watermarker": False}

    def _prepare(self) -> None:
        super()._prepare()
        pipe = self.pipe
        if pipe.vae.config.force_upcast:
            # Most autoencoders of this family overflow in half precision and answer with black.
            pipe.vae.to(torch.float32)
        readers = [(pipe.tokenizer, pipe.text_encoder), (pipe.tokenizer_2, pipe.text_encoder_2)]
        self._conditioning = Conditioning(
            Clip(
                readers,
                self._plain_words,
                Embeddings(readers, self.card, self.shelves.file),
                layer="PENULTIMATE_HIDDEN_STATES_NON_NORMALIZED",
            ),
            empty_is_zero=pipe.config.force_zeros_for_empty_prompt,
        )

    def notes(self, recipe: Recipe) -> tuple[str, ...]:
        # Its network was taught with the layer before the last, and nothing else.
        skipped = (NOTHING_SKIPPED,) if recipe.clip_skip > 1 else ()
        return (*super().notes(recipe), *skipped)

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        words = self._conditioning.rows(
            recipe.prompt, recipe.negative, guided=guided, manner=manner_of(recipe)
        )
        # The size before it was cut, where the cut began, the size now: nothing was cut.
        size = (recipe.height, recipe.width, 0, 0, recipe.height, recipe.width)
        return {
            "encoder_hidden_states": words.tokens,
            "text_embeds": words.gist,
            "time_ids": words.tokens.new_tensor([size] * len(words.tokens)),
        }

    def denoise(
        self, network: Any, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]
    ) -> Tensor:
        added = {name: conditioning[name] for name in ("text_embeds", "time_ids")}
        return self.ask(network, latents, times, conditioning, **added)

    def _plain_words(self, text: str) -> Words:
        tokens, _, pooled, _ = self.pipe.encode_prompt(
            text, device=self.device, do_classifier_free_guidance=False
        )
        return Words(tokens=tokens, pooled=pooled)
