"""Extras: what a recipe uses beside its model, pinned to the very file by its digest."""

from dataclasses import dataclass

CANNY, DEPTH = "canny", "depth"
PREPROCESSORS = (CANNY, DEPTH)
"""What can be made of a picture for a ControlNet: its edges, and how far away everything is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A LoRA or an embedding. The name is for people; the digest says which file it was."""

    name: str
    digest: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Extra):
    """A ControlNet and the picture that it follows, from and to a share of the steps.

    `image` is the digest of a picture that the ledger keeps. `preprocessor` makes of it what the
    network was taught with; None where it is that already.
    """

    image: str
    start: float = 0.0
    end: float = 1.0
    preprocessor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Extra):
    """An IP-Adapter and the picture whose look it takes over."""

    image: str
