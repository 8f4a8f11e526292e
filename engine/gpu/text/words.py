"""Words: a text as a network is told it."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One row for each text. `pooled` is the gist of it, for networks that ask for one."""

    tokens: Tensor
    pooled: Tensor | None = None

    def __len__(self) -> int:
        """How long the text is, in what the network reads."""
        return self.tokens.shape[1]

    @property
    def gist(self) -> Tensor:
        if self.pooled is None:
            raise RuntimeError("the pipeline gave no gist of the text")
        return self.pooled

    @property
    def silenced(self) -> "Words":
        """Zeros of the same shape: not even an empty text."""
        pooled = None if self.pooled is None else torch.zeros_like(self.pooled)
        return Words(tokens=torch.zeros_like(self.tokens), pooled=pooled)

    def lengthened(self, length: int, nothing: "Words") -> "Words":
        """With as much nothing behind it as it takes."""
        missing = (length - len(self)) // len(nothing)
        if not missing:
            return self
        tokens = torch.cat([self.tokens, *[nothing.tokens] * missing], dim=1)
        return Words(tokens=tokens, pooled=self.pooled)

    def above(self, other: "Words") -> "Words":
        """The rows of both, these first."""
        pooled = None
        if self.pooled is not None and other.pooled is not None:
            pooled = torch.cat([self.pooled, other.pooled])
        return Words(tokens=torch.cat([self.tokens, other.tokens]), pooled=pooled)
