"""A U-Net in parts: all is deep but the last block of its last stage, and its first convolution."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from engine.gpu.shortcuts.parts import Parts, hooked

STAGES = frozenset({"UpBlock2D", "CrossAttnUpBlock2D"})
"""diffusers' classes of last stages that are known here."""


class UNetInParts(Parts):
    """What is deep is what its last block sees beside the first convolution's answer."""

    @staticmethod
    def are_in(network: Any) -> bool:
        known = type(network.up_blocks[-1]).__name__ in STAGES
        return known and not network.config.center_input_sample

    def __call__(
        self,
        latents: Tensor,
        times: Tensor,
        *,
        encoder_hidden_states: Tensor,
        added_cond_kwargs: Mapping[str, Any] | None,
        **_: Any,
    ) -> tuple[Tensor, ...]:
        network = self._network
        time = network.time_embedding(network.get_time_embed(sample=latents, timestep=times), None)
        more = network.get_aug_embed(
            emb=time,
            encoder_hidden_states=encoder_hidden_states,
            added_cond_kwargs=added_cond_kwargs,
        )
        time = time if more is None else time + more
        if network.time_embed_act is not None:
            time = network.time_embed_act(time)
        words = network.process_encoder_hidden_states(
            encoder_hidden_states=encoder_hidden_states, added_cond_kwargs=added_cond_kwargs
        )
        first = network.conv_in(latents)
        if self.deep is None:
            self.deep = self._made(first, time, words)
        seen = torch.cat([self.deep.reshape(len(first), -1, *first.shape[2:]), first], dim=1)
        return (self._finished(_through(network.up_blocks[-1], -1, seen, time, words)),)

    def _made(self, seen: Tensor, time: Tensor, words: Any) -> Tensor:
        network = self._network
        skipped = [seen]
        for stage in network.down_blocks:
            seen, others = stage(hidden_states=seen, temb=time, **_heard(stage, words))
            skipped += others
        if network.mid_block is not None:
            seen = network.mid_block(seen, time, **_heard(network.mid_block, words))
        *stages, last = network.up_blocks
        for stage in stages:
            count = len(stage.resnets)
            beside, skipped = skipped[-count:], skipped[:-count]
            seen = stage(
                hidden_states=seen,
                temb=time,
                res_hidden_states_tuple=tuple(beside),
                # Where sides are odd, twice as large is not what was there on the way down.
                upsample_size=skipped[-1].shape[2:],
                **_heard(stage, words),
            )
        for block in range(len(last.resnets) - 1):
            seen = torch.cat([seen, skipped.pop()], dim=1)
            seen = _through(last, block, seen, time, words)
        return seen

    def _finished(self, seen: Tensor) -> Tensor:
        network = self._network
        if network.conv_norm_out:
            seen = network.conv_act(network.conv_norm_out(seen))
        answer: Tensor = network.conv_out(seen)
        return answer

    @contextmanager
    def inside(self) -> Iterator[Any]:
        last = self._network.up_blocks[-1].resnets[-1]
        with hooked(last.register_forward_pre_hook(self._exchange)):
            yield self._network

    def _exchange(self, _: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        seen, *others = inputs
        deep, first = seen.tensor_split([-self._network.conv_in.out_channels], dim=1)
        if self.deep is None:
            self.deep = deep
            return inputs
        return torch.cat([self.deep.reshape(deep.shape), first], dim=1), *others


def _through(stage: Any, block: int, seen: Tensor, time: Tensor, words: Any) -> Tensor:
    """One block of the stage."""
    seen = stage.resnets[block](seen, time)
    if told := _heard(stage, words):
        seen = stage.attentions[block](seen, **told, return_dict=False)[0]
    return seen


def _heard(stage: Any, words: Any) -> Mapping[str, Any]:
    """Stages without attention do not hear the words."""
    hears = getattr(stage, "has_cross_attention", False)
    return {"encoder_hidden_states": words} if hears else {}
