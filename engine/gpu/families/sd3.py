"""Stable Diffusion 3 and 3.5."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.gpu.families.flow import FlowFamily
from engine.gpu.shortcuts.transformer import SD3InParts
from engine.gpu.text.manner import manner_of
from engine.gpu.text.words import Words
from engine.job import Recipe


class StableDiffusion3(FlowFamily):
    """A transformer that reads two CLIPs and a T5, and the gist of the CLIPs."""

    pipeline = "StableDiffusion3Pipeline"
    parts = SD3InParts
    most_shift = 1.16

    def encode(self, recipe: Recipe) -> Mapping[str, Tensor]:
        guided = recipe.guidance > 1
        words = self._conditioning.rows(
            recipe.prompt, recipe.negative, guided=guided, manner=manner_of(recipe)
        )
        return {"encoder_hidden_states": words.tokens, "pooled_projections": words.gist}

    def timing(self, recipe: Recipe) -> Mapping[str, Any]:
        # Most models of this family shift every size alike.
        return {"mu": self.shift(recipe)} if self.sampling.noise.get("use_dynamic_shifting") else {}

    def denoise(
        self, network: Any, latents: Tensor, times: Tensor, conditioning: Mapping[str, Tensor]
    ) -> Tensor:
        answer: Tensor = network(
            hidden_states=latents, timestep=times, return_dict=False, **conditioning
        )[0]
        return answer

    def plain_words(self, text: str) -> Words:
        tokens, _, pooled, _ = self.pipe.encode_prompt(
            text, None, None, device=self.device, do_classifier_free_guidance=False
        )
        return Words(tokens=tokens, pooled=pooled)

    def reader(self) -> tuple[Any, int]:
        # Many leave the T5 out, for it is larger than the rest.
        if self.pipe.text_encoder_3 is None:
            return self.pipe.tokenizer, self.pipe.tokenizer_max_length
        return self.pipe.tokenizer_3, 256
