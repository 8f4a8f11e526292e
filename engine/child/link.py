"""Link: what is between a painter here and its engine in a process elsewhere."""

from collections.abc import Callable
from typing import Protocol

from engine.child.messages import FromChild, ToChild

Hear = Callable[[FromChild], None]
Lost = Callable[[], None]


class Link(Protocol):
    """One of them from its beginning to its end, as the event loop sees it."""

    @property
    def pid(self) -> int | None:
        """Of the process at the other end, where that is known."""
        ...

    @property
    def is_gone(self) -> bool:
        """True where nothing can be heard of it any more."""
        ...

    async def gone(self) -> None:
        """Until nothing can be heard of it any more."""
        ...

    def send(self, message: ToChild) -> None:
        """It goes when it can, after what was sent before."""
        ...

    async def close(self, *, within_s: float | None) -> None:
        """Ask it to end in order, and wait so long for it."""
        ...

    async def end(self) -> str:
        """Whatever it does, it has ended after this. Answers why it did."""
        ...


OpenLink = Callable[[Hear, Lost], Link]
"""In the event loop the first is called with each message, and then the second once."""
