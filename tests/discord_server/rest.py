"""The API: every request is counted, judged, perhaps spoilt, checked, done, and answered."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.discord_server.bell import Bell
from tests.discord_server.body import read_body
from tests.discord_server.bot_token import Token
from tests.discord_server.call import Answer, Call, Handler
from tests.discord_server.clock import Clock
from tests.discord_server.description import Description
from tests.discord_server.faults import Fault, Faults
from tests.discord_server.limits import INVALID_WINDOW_S, Exceeded, Limits
from tests.discord_server.nouns import MEBIBYTE
from tests.discord_server.refused import Refused, flaw, invalid_form, unauthorized
from tests.discord_server.routes import Route

log = logging.getLogger(__name__)

BASE = "/api/v10"
VIA = "1.1 google"
# More than Discord takes, so that it is the stand-in that refuses.
MOST_READ = 64 * MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One that came, and the status of its answer; 0 where the connection was broken."""

    route: Route
    place: Mapping[str, str]
    at: float
    status: int
    form: Any = None
    files: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What the bot was refused, so that a test can demand that it was refused nothing."""

    route: Route
    status: int
    code: int
    message: str
    flaws: tuple[str, ...] = ()


@dataclass
class Record:
    """Everything that was asked, what was refused, and where the stand-in itself was wrong."""

    requests: list[Request] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


class Rest:
    """Puts a request through everything in the order in which Discord does."""

    def __init__(
        self,
        clock: Clock,
        handlers: Mapping[Route, Handler],
        faults: Faults,
        limits: Limits,
        record: Record,
        description: Description | None,
        token: Token,
        bell: Bell,
    ) -> None:
        self._clock, self._handlers = clock, handlers
        self._faults, self._limits, self._record = faults, limits, record
        self._description, self._token = description, token
        self._bell = bell

    def add_to(self, application: web.Application) -> None:
        """The routes that there are; any other is missing here, though Discord may have it."""
        for route in self._handlers:
            application.router.add_route(route.method, BASE + route.path, self._serving(route))
        application.router.add_route("*", BASE + "/{rest:.*}", self._unknown)

    async def _unknown(self, request: web.Request) -> web.Response:
        self._record.mistakes.append(f"There is no {request.method} {request.path} here.")
        body = json.dumps(Refused(404, 0, "404: Not Found").body()).encode()
        headers = {"Content-Type": "application/json", "Via": VIA}
        return web.Response(status=404, body=body, headers=headers)

    def _serving(self, route: Route) -> Any:
        async def serve(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return serve

    async def _serve(self, route: Route, request: web.Request) -> web.StreamResponse:
        call = Call(route=route, place=request.match_info, query=request.query)
        if self._limits.banned:
            exceeded = Exceeded(retry_after=INVALID_WINDOW_S, scope="global")
            return self._limited(exceeded, call, via=False)
        fault = self._faults.take(route)
        if fault and not fault.after:
            return await self._spoilt(fault, call, request)
        try:
            call = await self._judged(call, request)
            if over := self._limits.take(call):
                return self._limited(over, call, via=True)
            answer = self._done(call)
        except Refused as refused:
            return self._refused(refused, call)
        if fault:
            return await self._spoilt(fault, call, request)
        if self._description:
            flaws = self._description.flaws_of_answer(route, answer.status, answer.body)
            self._record.mistakes += [f"{route.name} answers {flaw}" for flaw in flaws]
        return self._said(call, answer.status, answer.body)

    async def _judged(self, call: Call, request: web.Request) -> Call:
        """The call with its body, where the bot may ask this and its form can be."""
        if not call.route.by_interaction:
            given = request.headers.get("Authorization")
            if given != f"Bot {self._token.value}":
                raise unauthorized()
        body = await read_body(request)
        call = Call(route=call.route, place=call.place, query=call.query, body=body)
        if self._description:
            flaws = self._description.flaws_of_request(call.route, body.form)
            if flaws:
                raise invalid_form(*flaws)
        return call

    def _done(self, call: Call) -> Answer:
        try:
            return self._handlers[call.route](call)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            if self._description:
                # The form was checked, so the stand-in is wrong, not the bot.
                self._record.mistakes.append(f"{call.route.name} broke: {error!r}")
                raise
            raise flaw("", "FORM", f"The form cannot be read: {error!r}") from error

    def _refused(self, refused: Refused, call: Call) -> web.Response:
        told = tuple(
            f"{'.'.join(map(str, flaw.path))}: {flaw.code} {flaw.message}" for flaw in refused.flaws
        )
        self._record.refusals.append(
            Refusal(
                route=call.route,
                status=refused.status,
                code=refused.code,
                message=refused.message,
                flaws=told,
            )
        )
        log.info("refused %s: %s %s %s", call.route.name, refused.code, refused.message, told)
        self._limits.refused(refused.status)
        return self._said(call, refused.status, refused.body())

    def _limited(self, exceeded: Exceeded, call: Call, *, via: bool) -> web.Response:
        """A 429, which says for how long to wait and which limit it was."""
        everywhere = exceeded.scope == "global"
        told = {
            "message": "You are being rate limited.",
            "retry_after": round(exceeded.retry_after, 3),
            "global": everywhere,
        }
        headers = {
            "Retry-After": str(int(exceeded.retry_after) + 1),
            "X-RateLimit-Scope": exceeded.scope,
        }
        if everywhere:
            headers["X-RateLimit-Global"] = "true"
        self._limits.refused(429, exceeded.scope)
        return self._said(call, 429, told, headers, via=via)

    async def _spoilt(self, fault: Fault, call: Call, request: web.Request) -> web.StreamResponse:
        if fault.status is None:
            self.keep(call, 0)
            return await self._faults.befall(fault, request)
        if fault.status == 429:
            exceeded = Exceeded(retry_after=fault.retry_after, scope=fault.scope)
            return self._limited(exceeded, call, via=fault.via)
        self.keep(call, fault.status)
        return web.Response(
            status=fault.status, text="upstream connect error", headers={"Via": VIA}
        )

    def _said(
        self,
        call: Call,
        status: int,
        body: Any,
        more: Mapping[str, str] | None = None,
        *,
        via: bool = True,
    ) -> web.Response:
        self.keep(call, status)
        # The type must be exactly this: discord.py reads anything else as text.
        headers = {"Content-Type": "application/json", **self._limits.headers(call), **(more or {})}
        if via:
            headers["Via"] = VIA
        if status == 204:
            del headers["Content-Type"]
            return web.Response(status=204, headers=headers)
        return web.Response(status=status, body=json.dumps(body).encode(), headers=headers)

    def keep(self, call: Call, status: int) -> None:
        """Remember what was asked and answered."""
        self._record.requests.append(
            Request(
                route=call.route,
                place=dict(call.place),
                at=self._clock.now(),
                status=status,
                form=call.body.form,
                files=tuple(len(file.content) for file in call.body.files.values()),
            )
        )
        self._bell.ring()
