"""Landlord: what is needed of whoever rents machines out."""

from collections.abc import AsyncGenerator
from typing import Protocol


class Landlord(Protocol):
    """What cannot be had raises Misconfigured with the mend; Unavailable where it may come back."""

    async def offer(self) -> bytes:
        """What is deployed, as a letter."""
        ...

    def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        """What becomes of a picture, letter by letter."""
        ...

    async def cancel(self, call: str) -> None:
        """End what was greeted by that name."""
        ...
