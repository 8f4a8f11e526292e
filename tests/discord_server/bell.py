"""Rings when something changed, so that nobody has to sleep and look again."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 60.0


class Bell:
    """Those who wait look again each time it rings."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Something changed."""
        for waiting in self._waiting:
            waiting.set()

    async def until(
        self,
        look: Callable[[], Found | None],
        what: Callable[[], str] | str,
        patience: float = PATIENCE,
    ) -> Found:
        """What `look` finds, as soon as it finds something; `what` says what was missed."""
        changed = asyncio.Event()
        self._waiting.add(changed)
        try:
            async with asyncio.timeout(patience):
                while (found := look()) is None:
                    changed.clear()
                    await changed.wait()
            return found
        except TimeoutError:
            missed = what if isinstance(what, str) else what()
            raise TimeoutError(f"Waited {patience:g} s in vain for {missed}.") from None
        finally:
            self._waiting.discard(changed)
