"""Screens: the messages that tell how far a job is, until its end takes their place."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import discord
from discord.http import Route

from bot.discord.connection.wire import Wire, original
from bot.discord.delivery.pace import Pace
from bot.discord.delivery.reply import Reply
from bot.discord.looks import job as looks
from bot.discord.messages.parts import Post
from bot.discord.speech.words import speaking
from engine.errors import EaselError, StorageFailed
from engine.job import Status
from engine.place import Place
from engine.ports import Ledger
from engine.ticket import Ticket

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""The message of the job's end waits for an edit that is on its way."""


def nobody_knows(job: str) -> float | None:
    """In how many seconds a job that is being painted should be there."""
    return None


class Screens:
    """One for each job that is followed here. No edit may come after the message of its end."""

    def __init__(
        self,
        *,
        wire: Wire,
        ledger: Ledger,
        place: Callable[[str], Place | None],
        pace: Pace,
        now: Callable[[], datetime],
        left: Callable[[str], float | None] = nobody_knows,
    ) -> None:
        self._wire, self._ledger = wire, ledger
        self._place, self._pace, self._now = place, pace, now
        self._left = left
        self._live: dict[str, asyncio.Lock] = {}
        self._followed: dict[str, tuple[Ticket, Reply]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, ticket: Ticket, reply: Reply) -> None:
        """Until it ends, its token does, or `close`."""
        if ticket.ended or ticket.job.id in self._live:
            return
        self._live[ticket.job.id] = asyncio.Lock()
        self._followed[ticket.job.id] = (ticket, reply)
        self._start(self._follow(ticket, reply))

    def tell_places(self) -> None:
        """What was said to those who wait holds no more: each is told what holds now."""
        self._start(self._tell_places())

    @asynccontextmanager
    async def last(self, job: str) -> AsyncIterator[None]:
        """For whoever writes the message of the job's end."""
        lock = self._live.get(job)
        if lock is None:
            yield
            return
        async with lock:
            self._live.pop(job, None)
            yield

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_places(self) -> None:
        for ticket, reply in tuple(self._followed.values()):
            with speaking(reply.language):
                try:
                    await self._edit(ticket, reply, Status.QUEUED, None)
                except (discord.HTTPException, EaselError) as error:
                    log.info("nobody sees where job %s stands: %s", ticket.job.id, error)

    def _waiting(self, ticket: Ticket) -> Post | None:
        place = self._place(ticket.job.id)
        if place is None or ticket.latest:
            return None
        return looks.waiting(ticket.job, place, self._now())

    def _painting(self, ticket: Ticket) -> Post:
        return looks.painting(ticket, self._left(ticket.job.id), self._now())

    async def _follow(self, ticket: Ticket, reply: Reply) -> None:
        job = ticket.job
        edited: float | None = None
        try:
            if self._waiting(ticket):
                edited = await self._edit(ticket, reply, Status.QUEUED, edited)
            async for _ in ticket:
                edited = await self._edit(ticket, reply, Status.PAINTING, edited)
                if ticket.ended or job.id not in self._live:
                    return
        except (discord.HTTPException, EaselError) as error:
            # The end is told whatever becomes of this.
            log.info("nobody sees how far job %s is: %s", job.id, error)
        except Exception:
            log.exception("job %s is followed no more", job.id)
        finally:
            self._live.pop(job.id, None)
            self._followed.pop(job.id, None)

    async def _edit(
        self, ticket: Ticket, reply: Reply, status: Status, edited: float | None
    ) -> float:
        """What it looks like with that status when its turn comes, where it does; when that was
        done."""
        loop, job = asyncio.get_running_loop(), ticket.job.id
        look = self._painting if status is Status.PAINTING else self._waiting
        while wait := self._pace.wait(edited, loop.time()):  # noqa: ASYNC110 - only time helps
            await asyncio.sleep(wait)
        lock = self._live.get(job)
        if lock is not None and reply.open(self._now()):
            async with lock:
                post = look(ticket) if job in self._live else None
                if post and await self._is_ours(ticket, status):
                    route = original("PATCH", reply.application, reply.token)
                    await self._tried(route, post)
        return loop.time()

    async def _is_ours(self, ticket: Ticket, status: Status) -> bool:
        """A program that was halted for long has lost its jobs, and another may have told their
        ends: a word on how far they are would take the place of those."""
        try:
            job = await self._ledger.job(ticket.job.id)
        except StorageFailed:
            return False
        mine = status is Status.QUEUED or job.attempt == ticket.job.attempt
        return job.status is status and mine

    async def _tried(self, route: Route, post: Post) -> None:
        """Once, since the next says more. Raises what Discord will say again."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._wire.ask(route, post, tries=1)
        except (discord.DiscordServerError, StorageFailed, TimeoutError) as error:
            log.info("an edit got lost: %r", error)
