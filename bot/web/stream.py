"""Streams: what happens to whoever asks, as server-sent events, for as long as they read."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.app import App
from bot.web.caller import Caller
from bot.web.endpoint import Call, Endpoint
from bot.web.events import Hub
from bot.web.native.told import told_job
from bot.web.reader import Reader
from bot.web.told_events import EVENTS, about_stream
from bot.web.told_headers import UNBUFFERED
from engine.about import context_about
from engine.clock import utc_now
from engine.job import UNFINISHED, Job
from engine.key import Scope

log = logging.getLogger(__name__)

LAST = "Last-Event-ID"
MOST = 64
MOST_AT_HOME = 2000
"""Every tab of a page has one."""
BEAT_S = 15.0
"""Proxies let go of what is silent for half a minute."""
PATIENCE_S = 30.0
LASTS_S = 600.0
"""Whoever reads with a key comes in again after that, and misses nothing."""
LOOK_S = 1.0
COME_BACK_S = 15
ON_ITS_WAY = 64 * 1024
"""Bytes on their way to a reader. With more, a slow one would read what is long out of date."""
AS_EVENTS = "text/event-stream"
HEADERS = {
    "Content-Type": AS_EVENTS,
    "Cache-Control": "no-store",
    # nginx would keep it all until there is enough of it.
    "X-Accel-Buffering": "no",
}
LONGEST_NUMBER = 19
ABOUT_LAST = "The id of the last event that was read; goes before `after`. Browsers send it."


class From(BaseModel):
    """Where to read from; a browser that comes back says so in a header, which then counts."""

    model_config = ConfigDict(extra="forbid")

    after: int | None = Field(
        None,
        ge=0,
        le=10**LONGEST_NUMBER,
        description="The id of the last event that was read; without it, from now on.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    transport: asyncio.Transport
    ends: float | None
    """By the clock of the event loop."""


class Streams:
    """All that are open. One task looks after them: they have no timers of their own."""

    def __init__(
        self,
        hub: Hub,
        *,
        most: int = MOST,
        most_at_home: int = MOST_AT_HOME,
        beat_s: float = BEAT_S,
        patience_s: float = PATIENCE_S,
        lasts_s: float = LASTS_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._hub = hub
        self._most, self._most_at_home = most, most_at_home
        self._beat_s, self._patience_s = beat_s, patience_s
        self._lasts_s, self._look_s = lasts_s, look_s
        self._open: dict[Reader, _Open] = {}
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """How many are open."""
        return len(self._open)

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/events",
                does=self.stream,
                about="All that happens to your jobs, pictures and credits, and to the queue",
                tag="events",
                scope=Scope.READ,
                query=From,
                headers={LAST: {"type": "string", "description": ABOUT_LAST}},
                answers={200: AS_EVENTS},
                sends={200: UNBUFFERED},
                events=EVENTS,
                more=about_stream(self._beat_s, self._lasts_s, self._most),
                refuses=frozenset({429}),
            ),
        )

    def number(self, caller: Caller) -> int:
        """From there a page that is made now can read, and misses nothing."""
        return self._hub.number(caller.owner.id)

    def add_to(self, pages: web.Application) -> None:
        """They end with the program, which would wait for them."""
        pages.on_shutdown.append(self._close)

    async def stream(self, call: Call) -> web.StreamResponse:
        """Until nobody reads there any more. Raises web.HTTPTooManyRequests."""
        if call.request.method == "HEAD":
            return web.Response(headers=HEADERS)
        self._require_room(call.caller)
        response = web.StreamResponse(headers=HEADERS)
        response.force_close()
        reader = self._hub.open(call.caller.owner.id, _after(call))
        try:
            await response.prepare(call.request)
            self._look_after(reader, call)
            async for frames in reader:
                await response.write(frames)
        except ConnectionError:
            pass  # nobody reads there any more
        finally:
            self._open.pop(reader, None)
            self._hub.leave(reader)
        return response

    def _require_room(self, caller: Caller) -> None:
        self._look()
        most = self._most if caller.key is not None else self._most_at_home
        if self._hub.readers_of(caller.owner.id) >= most:
            raise web.HTTPTooManyRequests(
                text=f"{most} streams of events are open for you already. Close some of them.",
                headers={"Retry-After": str(COME_BACK_S)},
            )

    def _look_after(self, reader: Reader, call: Call) -> None:
        transport = call.request.transport
        if transport is None:
            raise ConnectionResetError
        _keep_short(transport)
        clock = asyncio.get_running_loop().time()
        ends = clock + self._lasts_s if call.caller.key is not None else None
        call.stay.end = partial(_end, reader, transport)
        self._open[reader] = _Open(transport=transport, ends=ends)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_again(), context=context_about())

    async def _look_again(self) -> None:
        while self._open:
            await asyncio.sleep(self._look_s)
            self._look()

    def _look(self) -> None:
        clock = asyncio.get_running_loop().time()
        for reader, stream in self._open.items():
            silent = clock - reader.heard
            if stream.transport.is_closing():
                reader.close()
                self._hub.leave(reader)
            elif reader.busy and silent >= self._patience_s:
                # Also where its time is over: as long as nobody reads, it cannot end by itself.
                log.info("a stream is closed: nothing was read from it for %.0f s", silent)
                stream.transport.abort()
            elif stream.ends is not None and stream.ends <= clock:
                reader.close()
            elif not reader.busy and silent >= self._beat_s:
                reader.beat()

    async def _close(self, _: web.Application) -> None:
        await self._hub.close()
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking


def _after(call: Call) -> int | None:
    """A number that is none of ours is older than all that is remembered."""
    last = call.request.headers.get(LAST)
    if last is None:
        return call.query(From).after
    known = last.isdecimal() and len(last) <= LONGEST_NUMBER
    return int(last) if known else 0


def _end(reader: Reader, transport: asyncio.Transport) -> None:
    """They may hear nothing more; whoever does not read, cannot hear that it is over either."""
    reader.close()
    if reader.busy:
        transport.abort()


def _keep_short(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ON_ITS_WAY)
    transport.set_write_buffer_limits(high=ON_ITS_WAY)


def streams_of(app: App) -> Streams:
    """Of what happens in this program."""

    async def show(job: Job) -> bytes:
        ticket = app.studio.ticket(job.id)
        told = told_job(
            job,
            now=utc_now(),
            place=app.studio.place(job.id),
            latest=ticket.latest if ticket else (),
            # Before it has ended it has none, and this is asked at every step.
            pictures=() if job.status in UNFINISHED else await app.ledger.pictures(job.id),
        )
        return told.model_dump_json().encode()

    return Streams(Hub(line=app.line, ledger=app.ledger, places=app.studio.places, show=show))
