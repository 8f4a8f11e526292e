"""Shape: what forwards have in common that one compiled or recorded forward can stand for."""

from dataclasses import dataclass

import torch

from engine.gpu.phase import Phase
from engine.gpu.rows import Rows

# Rows of a forward that is made ready. Fewer are padded: one more to be compiled and recorded
# takes a minute and some memory, and a padded row the part of a step that its place takes. Of two
# that is half, so one row is never padded.
WIDTHS = (1, 2, 4, 6, 8, 12, 16)


@dataclass(frozen=True, slots=True)
class Shape:
    """Of one row, and how many of them."""

    width: int
    latents: tuple[int, ...]
    conditioning: tuple[tuple[str, tuple[int, ...]], ...]
    phase: Phase = Phase.WHOLE

    def __str__(self) -> str:
        """Like `2 rows of 4x64x64`."""
        count = f"{self.width} row{'s' if self.width > 1 else ''}"
        rows = f"{count} of {'x'.join(map(str, self.latents))}"
        return rows if self.phase is Phase.WHOLE else f"{rows}, {self.phase}"

    @property
    def tokens(self) -> int:
        """Words and parts of words that the network is told: the longest row of what it is told."""
        return max((told[0] for _, told in self.conditioning if len(told) > 1), default=0)

    @classmethod
    def of(cls, rows: Rows) -> "Shape | None":
        """None where there are more rows than are ever made ready."""
        width = next((width for width in WIDTHS if width >= len(rows)), None)
        if width is None:
            return None
        return cls(
            width=width,
            latents=tuple(rows.latents.shape[1:]),
            conditioning=tuple(
                (name, tuple(tensor.shape[1:])) for name, tensor in rows.conditioning.items()
            ),
            phase=rows.phase,
        )


def away(one: torch.Tensor, other: torch.Tensor) -> float:
    """How far they are from each other, as a share of how large the other is; inf for no number."""
    distance = float((one.float() - other.float()).norm() / other.float().norm().clamp(min=1e-12))
    return distance if distance == distance else float("inf")
