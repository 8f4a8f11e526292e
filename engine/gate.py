"""The gate of the queue: whether jobs are taken in, and whether they are painted."""

from enum import StrEnum

from engine.errors import QueueFull, Stopping

QUEUE = "queue"
"""Whom the audit says such a deed is done to."""


class Gate(StrEnum):
    """How a moderator left it, by the word for the deed."""

    OPEN = "resume"
    PAUSED = "pause"
    """Nothing new is begun. What is asked for waits."""
    DRAINED = "drain"
    """What waits is painted. Nothing more is taken in."""


def gate_of(deed: str | None) -> Gate:
    """As it is after the last deed that was done to the queue."""
    return Gate(deed) if deed in set(Gate) else Gate.OPEN


def require_open(gate: Gate, *, stopping: bool) -> None:
    """Raises QueueFull where nothing more is taken in."""
    if stopping:
        raise Stopping(
            "Easel is being stopped, so nothing new is taken in. Mostly it is back in a minute: "
            "ask again then."
        )
    if gate is Gate.DRAINED:
        raise QueueFull(
            "A moderator lets the queue run empty, so nothing new is taken in. Try again later."
        )
