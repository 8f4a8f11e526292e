"""Shortcuts: what whoever runs Easel may take to paint quicker, at the price of other pictures."""

from enum import StrEnum


class Shortcut(StrEnum):
    """By the names that EASEL_SHORTCUTS knows."""

    FP8 = "fp8"
    """The large matrix products of the network in eight bits."""
