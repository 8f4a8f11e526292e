"""Rows: what the network is asked in one forward, one sample a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.gpu.phase import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Latents, times and conditioning of the same length, all in one phase.

    The times are float32 on the CPU: whole and fractional ones mix there without rounding, and
    reading one there does not wait for the card.
    """

    latents: Tensor
    times: Tensor
    conditioning: Mapping[str, Tensor]
    phase: Phase = Phase.WHOLE

    def __len__(self) -> int:
        return len(self.times)

    def part(self, start: int, end: int) -> "Rows":
        return replace(
            self,
            latents=self.latents[start:end],
            times=self.times[start:end],
            conditioning={name: rows[start:end] for name, rows in self.conditioning.items()},
        )

    def padded(self, count: int) -> "Rows":
        """At least that many rows, the first one repeated at the end."""
        missing = max(0, count - len(self))
        return joined([self, *[self.part(0, 1)] * missing]) if missing else self


def joined(parts: Sequence[Rows]) -> Rows:
    """All rows of the parts, in order."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        latents=torch.cat([part.latents for part in parts]),
        times=torch.cat([part.times for part in parts]),
        conditioning={
            name: torch.cat([part.conditioning[name] for part in parts])
            for name in parts[0].conditioning
        },
    )
