"""The spot: where on a server somebody asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The channel first, then the one that it is a thread of."""

    channels: tuple[str, ...] = ()
    adult: bool = False


ANYWHERE = Spot()
