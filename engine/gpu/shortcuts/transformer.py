"""Transformers in parts: deep are all blocks after the first, as what they add to the picture."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from engine.gpu.shortcuts.parts import Parts, hooked


class TransformerInParts(Parts):
    """What the kinds of transformers share."""

    def __init__(self, network: Any, deep: Tensor | None) -> None:
        super().__init__(network, deep)
        self._begun: Tensor | None = None

    @staticmethod
    def are_in(network: Any) -> bool:
        return len(_blocks(network)) > 1

    def _through(self, tokens: Tensor, words: Tensor, **told: Any) -> Tensor:
        """What is after the last block of what is before the first."""
        first, *others = _blocks(self._network)
        words, tokens = first(hidden_states=tokens, encoder_hidden_states=words, **told)
        if self.deep is not None:
            return tokens + self.deep.reshape(tokens.shape)
        begun = tokens
        for block in others:
            words, tokens = block(hidden_states=tokens, encoder_hidden_states=words, **told)
        self.deep = tokens - begun
        return tokens

    @contextmanager
    def inside(self) -> Iterator[Any]:
        first, *_ = _blocks(self._network)
        with hooked(
            first.register_forward_hook(self._begin),
            self._network.norm_out.register_forward_pre_hook(self._exchange),
        ):
            yield self._network

    def _begin(self, _: Any, __: Any, answers: tuple[Tensor, Tensor]) -> None:
        self._begun = answers[1]

    def _exchange(self, _: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        assert self._begun is not None
        tokens, *others = inputs
        if self.deep is None:
            self.deep = tokens - self._begun
            return inputs
        return self._begun + self.deep.reshape(self._begun.shape), *others


class SD3InParts(TransformerInParts):
    """Its latents are cut into patches inside."""

    def __call__(
        self,
        *,
        hidden_states: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        pooled_projections: Tensor,
        **_: Any,
    ) -> tuple[Tensor, ...]:
        network = self._network
        count, _channels, height, width = hidden_states.shape
        tokens = network.pos_embed(hidden_states).contiguous()
        time = network.time_text_embed(timestep, pooled_projections)
        words = network.context_embedder(encoder_hidden_states)
        tokens = self._through(tokens, words, temb=time)
        answers = network.proj_out(network.norm_out(tokens, time))
        side, channels = network.config.patch_size, network.out_channels
        patches = answers.reshape(count, height // side, width // side, side, side, channels)
        latents = torch.einsum("nhwpqc->nchpwq", patches)
        return (latents.reshape(count, channels, height, width),)


class FluxInParts(TransformerInParts):
    """It is told where each patch stands."""

    def __call__(
        self,
        *,
        hidden_states: Tensor,
        timestep: Tensor,
        encoder_hidden_states: Tensor,
        pooled_projections: Tensor,
        txt_ids: Tensor,
        img_ids: Tensor,
        guidance: Tensor | None = None,
        **_: Any,
    ) -> tuple[Tensor, ...]:
        network = self._network
        tokens = network.x_embedder(hidden_states)
        numbers = [timestep] if guidance is None else [timestep, guidance]
        time = network.time_text_embed(
            *(number.to(tokens.dtype) * 1000 for number in numbers), pooled_projections
        )
        words = network.context_embedder(encoder_hidden_states)
        places = network.pos_embed(torch.cat([txt_ids, img_ids]))
        tokens = self._through(tokens, words, temb=time, image_rotary_emb=places)
        return (network.proj_out(network.norm_out(tokens, time)),)


def _blocks(network: Any) -> Sequence[Any]:
    """Those of FLUX.1 are of two kinds."""
    return *network.transformer_blocks, *getattr(network, "single_transformer_blocks", ())
