"""Metrics: all measures as Prometheus reads them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack
from functools import partial

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
from engine.crew import Crew, State
from engine.errors import EaselError
from engine.forecast import seconds_of
from engine.gate import Gate
from engine.key import Scope
from engine.vitals import Vitals

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
        self._questions: dict[str, Question[Vitals]] = {}
        gauge = measures.gauge
        self._jobs = gauge("queue_jobs", "Jobs by how far they are.", "state")
        self._pictures = gauge("queue_pictures", "Pictures by how far they are.", "state")
        self._ahead = gauge("queue_seconds", "Seconds until all that is there is painted.")
        self._gate = gauge("queue_gate", "1 for how the queue was left by moderators.", "gate")
        self._open = gauge("event_streams", "Open streams of events.")
        # Two of each painter, so that what there is none of does not look like none in use.
        self._memory = gauge(
            "device_memory_bytes", "Memory of the whole device.", "device", "state"
        )
        self._degrees = gauge("device_temperature_celsius", "Where it can be known.", "device")
        self._seats = gauge(
            "painter_seats", "Pictures that it paints at a time at most.", "painter"
        )
        self._busy = gauge("painter_busy", "Pictures that it paints now.", "painter")
        self._up = gauge("painter_up", "1 while it takes pictures.", "painter")
        gauge("info", "Always 1.", "version", "device").labels(
            version(), seen.device if seen else "none"
        ).set(1)

    def add_to(self, pages: web.Application) -> None:
        """From now until the pages close it listens."""
        hear = self._measures.hear
        listening = ExitStack()
        self._line.meter.add(hear)
        listening.callback(self._line.meter.remove, hear)
        if self._seen is not None:
            listening.enter_context(self._seen.crew.heard_by(hear))

        async def watching(_: web.Application) -> AsyncIterator[None]:
            with listening:
                yield

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
        self._ahead.set(seconds_of(line))
        for gate, name in GATES.items():
            self._gate.labels(name).set(line.gate is gate)
        self._open.set(self._streams())
        if self._seen is not None:
            self._count(self._seen.crew)
            await self._look_at(self._seen)

    def _count(self, crew: Crew) -> None:
        for gauge in (self._seats, self._busy, self._up):
            # Of who left nothing is told any more.
            gauge.clear()
        for member in crew:
            name = member.painter.name
            self._seats.labels(name).set(member.painter.seats)
            self._busy.labels(name).set(member.taken)
            self._up.labels(name).set(member.state is State.READY)

    async def _look_at(self, seen: Seen) -> None:
        # Better no number than one of before.
        self._memory.clear()
        self._degrees.clear()
        for painter in [member.painter for member in seen.crew if member.painter.alive]:
            question = self._questions.setdefault(
                painter.name, Question(partial(seen.look, painter), patience_s=PATIENCE_S)
            )
            try:
                vitals = await question.answer()
            except (EaselError, TimeoutError) as error:
                log.warning("the device %s does not say how it is: %r", painter.name, error)
                continue
            self._memory.labels(painter.name, "used").set(vitals.used)
            self._memory.labels(painter.name, "total").set(vitals.total)
            if vitals.temperature is not None:
                self._degrees.labels(painter.name).set(vitals.temperature)
