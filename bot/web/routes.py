"""Routes: each endpoint behind the door, with what it was asked read and checked."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from bot.web.bodies import AS_JSON, checked, checked_query, read_json
from bot.web.budget import SHARE, Budget
from bot.web.caller import Caller
from bot.web.doorkeeper import Doorkeeper
from bot.web.endpoint import Call, Endpoint
from bot.web.intake import expected_later
from bot.web.rate import Rate
from engine.job import Owner
from engine.key import Scope

NOBODY = Caller(owner=Owner(id="nobody"), scopes=frozenset())
"""Calls what is open to all."""

Read = Callable[[web.Request, int], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """`reads` is how a body is read that is not JSON, by its kind."""

    doorkeeper: Doorkeeper
    rate: Rate
    reads: Mapping[str, Read] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)

    def add_to(self, router: web.UrlDispatcher, endpoints: Sequence[Endpoint]) -> None:
        for endpoint in endpoints:
            router.add_route(
                endpoint.method,
                endpoint.route,
                self._handler(endpoint),
                expect_handler=expected_later,
            )
            if endpoint.method == "GET":
                router.add_route("HEAD", endpoint.route, self._handler(endpoint))

    def _handler(self, endpoint: Endpoint) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            caller = await self.let_in(request, endpoint.scope)
            sought = None
            if endpoint.query is not None:
                sought = checked_query(endpoint.query, request.query)
            # Until it is answered: as long as somebody waits for pictures, what they sent is here.
            async with self.doorkeeper.guests.staying(request, caller, endpoint.scope) as stay:
                with self.budget.share(caller.owner.id) as request[SHARE]:
                    asked = None
                    if endpoint.body is not None:
                        asked = await self._read(request, endpoint)
                    call = Call(
                        request=request, caller=caller, asked=asked, sought=sought, stay=stay
                    )
                    return await endpoint.does(call)

        return handle

    async def let_in(self, request: web.Request, scope: Scope | None) -> Caller:
        """Raises web.HTTPException."""
        if scope is None:
            return NOBODY
        try:
            caller = await self.doorkeeper.caller(request)
        except web.HTTPUnauthorized:
            self.rate.refused(request)
            raise
        self.rate.require(caller)
        caller.require(scope)
        return caller

    async def _read(self, request: web.Request, endpoint: Endpoint) -> BaseModel | None:
        assert endpoint.body is not None
        if not endpoint.body_needed and not request.can_read_body:
            return endpoint.body()
        read = self.reads.get(request.content_type)
        if read is None or request.content_type not in endpoint.media:
            if AS_JSON not in endpoint.media:
                raise web.HTTPUnsupportedMediaType(
                    text=f"Send that as {' or '.join(endpoint.media)}."
                )
            read = read_json
        content = await read(request, endpoint.largest)
        return checked(endpoint.body, content, typed=read is read_json)
