"""Metrics: all measures as Prometheus reads them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.app import App
from bot.measures import Measures
from bot.patience import Question
from bot.version import version
from bot.web.doorkeeper import Doorkeeper
from bot.web.endpoint import Call, Endpoint
from bot.web.here import is_this_machine
from bot.web.native.painters import Seen
from bot.web.routes import Routes
from engine.errors import EaselError
from engine.gate import Gate
from engine.key import Scope

log = logging.getLogger(__name__)

AS_TEXT = "text/plain"
GATES = {Gate.OPEN: "open", Gate.PAUSED: "paused", Gate.DRAINED: "draining"}
PATIENCE_S = 2.0
LAG: web.AppKey[Callable[[float], None]] = web.AppKey("lag")
"""Is told how late the event loop comes to what was due, by whoever runs the pages."""


class Metrics:
    """Counts from now on. `streams` answers how many streams of events are open."""

    def __init__(
        self,
        app: App,
        measures: Measures,
        *,
        seen: Seen | None,
        streams: Callable[[], int],
        doorkeeper: Doorkeeper,
        routes: Routes,
    ) -> None:
        self._line, self._measures, self._seen = app.line, measures, seen
        self._streams, self._doorkeeper, self._routes = streams, doorkeeper, routes
        self._vitals = Question(self._look, patience_s=PATIENCE_S)
        gauge = measures.gauge
        self._jobs = gauge("queue_jobs", "Jobs by how far they are.", "state")
        self._pictures = gauge("queue_pictures", "Pictures by how far they are.", "state")
        self._ahead = gauge("queue_seconds", "Seconds until all that is there is painted.")
        self._gate = gauge("queue_gate", "1 for how the queue was left by moderators.", "gate")
        self._open = gauge("event_streams", "Open streams of events.")
        # Two of each painter, so that what there is none of does not look like none in use.
        self._memory = gauge("device_memory_bytes", "Memory of the whole device.", "state")
        self._degrees = gauge("device_temperature_celsius", "Where it can be known.", "device")
        self._seats = gauge("painter_seats", "Pictures that are painted at a time at most.")
        gauge("info", "Always 1.", "version", "device").labels(
            version(), seen.device if seen else "none"
        ).set(1)

    def add_to(self, pages: web.Application) -> None:
        """From now until the pages close it listens."""
        meters = [self._line.meter, *([self._seen.meter] if self._seen else [])]
        for meter in meters:
            meter.add(self._measures.hear)

        async def watching(_: web.Application) -> AsyncIterator[None]:
            yield
            for meter in meters:
                meter.remove(self._measures.hear)

        pages[LAG] = self._measures.lag.observe
        pages.cleanup_ctx.append(watching)

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/metrics",
                does=self.show,
                about="All measures for Prometheus; from this machine without a key, "
                "from elsewhere with one that may read",
                tag="health",
                scope=None,
                answers={200: AS_TEXT},
                refuses=frozenset({401, 403}),
            ),
        )

    async def show(self, call: Call) -> web.Response:
        request = call.request
        if "Authorization" not in request.headers and is_this_machine(request):
            self._doorkeeper.require_home(request)
        else:
            await self._routes.let_in(request, Scope.READ)
        await self._look_around()
        # With many routes that are thousands of lines.
        text = await asyncio.to_thread(generate_latest, self._measures.registry)
        headers = {"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        return web.Response(body=text, headers=headers)

    async def _look_around(self) -> None:
        """Here, not in the thread that writes it down: only the event loop touches the line."""
        line = self._line
        painting = sum(map(len, line.painting.values()))
        self._jobs.labels("waiting").set(len(line.waiting))
        self._jobs.labels("painting").set(len(line.works))
        self._pictures.labels("waiting").set(len(line.queue))
        self._pictures.labels("painting").set(painting)
        self._ahead.set(line.cost)
        for gate, name in GATES.items():
            self._gate.labels(name).set(line.gate is gate)
        self._open.set(self._streams())
        if self._seen is not None:
            self._seats.set(self._seen.seats)
            await self._look_at(self._seen)

    async def _look_at(self, seen: Seen) -> None:
        try:
            await self._vitals.answer()
        except (EaselError, TimeoutError) as error:
            # Better no number than one of before.
            self._memory.clear()
            self._degrees.clear()
            log.warning("the device does not say how it is: %r", error)

    async def _look(self) -> None:
        if self._seen is None:
            return
        vitals = await asyncio.to_thread(self._seen.look)
        self._memory.labels("used").set(vitals.used)
        self._memory.labels("total").set(vitals.total)
        if vitals.temperature is not None:
            self._degrees.labels(self._seen.device).set(vitals.temperature)
