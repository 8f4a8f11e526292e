"""Clip: the text encoders of Stable Diffusion, which read prompts of any length, weights, BREAKs.

A plain prompt goes through the pipeline's own `encode_prompt`, so that it means exactly what it
means there. compel weighs the others.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import torch
from torch import Tensor

from engine.emphasis import Emphasis, Fragment
from engine.errors import PaintingFailed
from engine.gpu.addons.embeddings import Embeddings
from engine.gpu.text.manner import Manner
from engine.gpu.text.windows import Windows
from engine.gpu.text.words import Words


class Clip:
    """One CLIP, or several whose answers stand side by side."""

    def __init__(
        self,
        readers: Sequence[tuple[Any, Any]],
        plain: Callable[[str], Words],
        embeddings: Embeddings,
        *,
        layer: str = "LAST_HIDDEN_STATES_NORMALIZED",
    ) -> None:
        """`readers` are tokenizers with their encoders, `plain` is how the pipeline reads.

        `layer` is what the model was taught with, by its name in compel.
        """
        self._readers = readers
        self._plain = plain
        self._embeddings = embeddings
        self._layer = layer
        self._windows = Windows([tokenizer for tokenizer, _ in readers])

    def __call__(self, emphasis: Emphasis, manner: Manner) -> Words:
        written = self._embeddings.written(emphasis, manner.embeddings)
        with shortened([encoder for _, encoder in self._readers], manner.clip_skip - 1):
            return self._read(written)

    def _read(self, emphasis: Emphasis) -> Words:
        text = emphasis.plain
        if text is not None and self._windows.tokens(text) <= self._windows.room:
            return self._plain(text)
        windows = self._windows.dealt(emphasis)
        if not windows:
            return self._plain("")
        # The gist is of the beginning and without weights, as everywhere.
        gist = self._plain("".join(part.text for part in windows[0]))
        sides = [self._weighted(windows, *reader).to(gist.tokens) for reader in self._readers]
        return Words(tokens=torch.cat(sides, dim=-1), pooled=gist.pooled)

    def _weighted(self, windows: Sequence[Sequence[Fragment]], tokenizer: Any, clip: Any) -> Tensor:
        # Not at the top: compel imports diffusers, which takes seconds.
        compel = import_module("compel")
        parser = import_module("compel.prompt_parser")
        prompts = [
            parser.FlattenedPrompt([(part.text, part.weight) for part in window])
            for window in windows
        ]
        reader = compel.Compel(
            tokenizer=tokenizer,
            text_encoder=clip,
            returned_embeddings_type=getattr(compel.ReturnedEmbeddingsType, self._layer),
        )
        conjunction = parser.Conjunction(prompts)
        answer: Tensor = reader.build_conditioning_tensor_for_conjunction(conjunction)[0]
        return answer


@contextmanager
def shortened(encoders: Sequence[Any], layers: int) -> Iterator[None]:
    """Without that many of their last layers meanwhile; the norm after them stays.

    Done so because diffusers' own way asks CLIP for a part that it does not have any more.
    """
    if not layers:
        yield
        return
    bodies = [getattr(encoder, "text_model", encoder).encoder for encoder in encoders]
    whole = [body.layers for body in bodies]
    fewest = min(map(len, whole))
    if layers >= fewest:
        raise PaintingFailed(
            f"A clip skip of {layers + 1} leaves nothing of this model's text encoder, which has "
            f"{fewest} layers. Take at most {fewest}."
        )
    try:
        for body, all_layers in zip(bodies, whole, strict=True):
            body.layers = all_layers[: len(all_layers) - layers]
        yield
    finally:
        for body, all_layers in zip(bodies, whole, strict=True):
            body.layers = all_layers
