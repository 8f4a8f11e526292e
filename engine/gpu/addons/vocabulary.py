"""Vocabulary: what a text encoder knows of its tokens, with room for more than it was taught."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import Embedding

# What descriptions of CLIP say that were written before anybody added tokens.
LEGACY_END = 2


class Vocabulary(Embedding):
    """Tokens from `first` on are looked up in a table of their own, the others as ever."""

    more: Tensor

    def __init__(self, taught: Embedding, first: int, room: int) -> None:
        super().__init__(taught.num_embeddings, taught.embedding_dim, _weight=taught.weight)
        self._first = first
        # Not persistent: whoever saves the encoder saves what it was taught.
        self.register_buffer("more", taught.weight.new_zeros(room, taught.embedding_dim), False)

    def forward(self, input: Tensor) -> Tensor:
        place = input - self._first
        added = place >= 0
        taught = super().forward(input.masked_fill(added, 0))
        more = self.more[place.clamp(min=0)].to(taught.dtype)
        return torch.where(added[..., None], more, taught)


def extended(encoder: Any, tokenizer: Any, first: int, room: int) -> Vocabulary:
    """Give the encoder a Vocabulary in place of the one that it came with."""
    words = encoder.get_input_embeddings()
    vocabulary = Vocabulary(words, first, room)
    vocabulary.requires_grad_(False)
    encoder.set_input_embeddings(vocabulary)
    text = getattr(encoder, "text_model", encoder)
    if text.eos_token_id == LEGACY_END:
        # Then it takes the largest token for the end of the text, and ours are larger.
        text.eos_token_id = tokenizer.eos_token_id
    return vocabulary
