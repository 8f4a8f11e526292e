"""Guests: who is here by a key, and must leave when it opens no more."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from bot.web.caller import Caller
from engine.about import context_about
from engine.errors import EaselError
from engine.key import Scope
from engine.keys import Keys

log = logging.getLogger(__name__)

LOOK_S = 1.0
OVER = (
    "Your key was revoked or has expired, so this has ended. `easel keys add NAME` makes another."
)


@dataclass(slots=True, eq=False, kw_only=True)
class Stay:
    """How somebody's time here ends: what they ask for is broken off, or as it says itself."""

    end: Callable[[], None]


FOR_EVER = Stay(end=lambda: None)
"""Of who needs no key."""


class Guests:
    """It is asked of all keys at once, a second after the other, however many came with them; and
    not at all while nobody is here."""

    def __init__(self, keys: Keys, now: Callable[[], datetime], *, look_s: float = LOOK_S) -> None:
        self._keys, self._now, self._look_s = keys, now, look_s
        self._here: dict[tuple[str, Scope], set[Stay]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def staying(
        self, request: web.BaseRequest, caller: Caller, scope: Scope | None
    ) -> AsyncIterator[Stay]:
        """Raises web.HTTPUnauthorized as soon as their key does not open that any more."""
        if caller.key is None or scope is None:
            yield FOR_EVER
            return
        loop, limit = asyncio.get_running_loop(), asyncio.timeout(None)
        stay, came_by = Stay(end=lambda: limit.reschedule(loop.time())), (caller.key, scope)
        try:
            async with limit:
                self._here.setdefault(came_by, set()).add(stay)
                self._look_later()
                try:
                    yield stay
                finally:
                    self._leave(came_by, stay)
        except TimeoutError:
            if not limit.expired():
                raise
            if request.writer.output_size > 0 and request.transport is not None:
                # It has begun, so all that can still be said is that it is not whole.
                request.transport.abort()
            raise web.HTTPUnauthorized(text=OVER) from None

    def _leave(self, came_by: tuple[str, Scope], stay: Stay) -> None:
        others = self._here.get(came_by, set())
        others.discard(stay)
        if not others:
            self._here.pop(came_by, None)

    def _look_later(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._look_s, self._begin, context=context_about())

    def _begin(self) -> None:
        self._timer = None
        if not self._here:
            return
        self._look_later()
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        asked = {key for key, _ in self._here}
        try:
            opening = await self._keys.opening(asked, self._now())
        except EaselError as error:
            log.warning("nobody knows yet whose key still opens: %s", error)
            return
        for key, scope in tuple(self._here):
            # Of who came meanwhile nothing was asked yet.
            if key not in asked or scope in opening.get(key, ()):
                continue
            for stay in self._here.pop((key, scope)):
                stay.end()
