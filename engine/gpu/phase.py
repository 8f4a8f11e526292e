"""Phase: how much of the network a step asks, where what its deep part made is kept for others."""

from enum import StrEnum


class Phase(StrEnum):
    """Steps in different phases share no forward."""

    WHOLE = "whole"
    KEEPING = "keeping"
    """All of it, and what the deep part made is answered too."""
    SHALLOW = "shallow"
    """Only what is around the deep part, which is told what that made before."""
