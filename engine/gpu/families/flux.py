"""FLUX.1: guidance is one more number that the network is told, so every tile takes one row."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from engine.gpu.families.flow import FlowFamily
from engine.gpu.shortcuts.transformer import FluxInParts
from engine.gpu.text.manner import manner_of
from engine.gpu.text.words import Words
from engine.job import Recipe

# Two by two latents are one patch, its channels beside each other.
PATCH = 2


class Flux(FlowFamily):
    """A transformer that reads a T5, the gist of a CLIP, and where each patch stands."""

    pipeline = "FluxPipeline"
    parts = FluxInParts
    # In half precision its T5 and its transformer overflow.
    half = torch.bfloat16
    most_shift = 1.15

    def notes(self, recipe: Recipe) -> tuple[str, ...]:
        notes = super().notes(recipe)
        if recipe.negative.strip():
            notes += ("This model reads no negative prompt, so it was left out.",)
        return notes

    def read(self, recipe: Recipe) -> tuple[str, ...]:
        return (recipe.prompt,)

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        words = self._conditioning.rows(recipe.prompt, "", guided=False, manner=manner_of(recipe))
        tokens, scale = words.tokens, PATCH * self.pipe.vae_scale_factor
        places = self.pipe._prepare_latent_image_ids(
            1, recipe.height // scale, recipe.width // scale, tokens.device, tokens.dtype
        )
        conditioning = {
            "encoder_hidden_states": tokens,
            "pooled_projections": words.gist,
            "txt_ids": tokens.new_zeros(1, len(words), 3),
            "img_ids": places[None],
        }
        if self.network.config.guidance_embeds:
            guidance = torch.full([1], recipe.guidance, dtype=torch.float32)
            conditioning["guidance"] = guidance.to(tokens.device)
        return conditioning

    def timing(self, recipe: Recipe) -> Mapping[str, Any]:
        if self.sampling.noise.get("use_flow_sigmas"):
            return {"mu": self.shift(recipe)}
        sigmas = np.linspace(1.0, 1 / recipe.steps, recipe.steps)
        return {"mu": self.shift(recipe), "sigmas": sigmas}

    def denoise(
        self, network: Any, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]
    ) -> Tensor:
        count, channels, height, width = latents.shape
        patches = self.pipe._pack_latents(latents, count, channels, height, width)
        told = dict(conditioning)
        # Places are the same in every row, for only equal sizes share a forward.
        places = {name: told.pop(name)[0] for name in ("txt_ids", "img_ids")}
        answer: Tensor = network(
            hidden_states=patches, timestep=times / 1000, return_dict=False, **told, **places
        )[0]
        unpacked: Tensor = self.pipe._unpack_latents(answer, height, width, vae_scale_factor=1)
        return unpacked

    def plain_words(self, text: str) -> Words:
        tokens, pooled, _ = self.pipe.encode_prompt(text, device=self.device)
        return Words(tokens=tokens, pooled=pooled)

    def reader(self) -> tuple[Any, int]:
        return self.pipe.tokenizer_2, 512
