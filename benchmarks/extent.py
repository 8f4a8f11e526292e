"""Extent: how much is measured; little of it where only the way of measuring is tried."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """`rounds` of every way, so many `calls` of a forward, windows in seconds, `mixes` of
    companies, `tiles` that climb the ladder together; a picture's steps are divided by `fewer`."""

    rounds: int = 5
    calls: int = 10
    settle_s: float = 3.0
    window_s: float = 12.0
    served_s: float = 90.0
    """A line at 95 % load takes minutes until it is as long as it gets."""
    mixes: int = 20
    fewer: int = 1
    matrix: int = 8192
    rows: tuple[int, ...] = (1, 2, 4, 8, 12, 16)
    seats: int = 12
    caps: int = 24
    tiles: int = 4

    def steps(self, published: int) -> int:
        return max(2, published // self.fewer)


FULL = Extent()
NARROW = Extent(
    rounds=1,
    calls=1,
    settle_s=0.1,
    window_s=0.3,
    served_s=1.0,
    mixes=2,
    fewer=10,
    matrix=64,
    rows=(1, 2, 4),
    seats=3,
    caps=6,
    tiles=2,
)
