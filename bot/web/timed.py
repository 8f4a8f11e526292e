"""Each request has an id and a route, which its lines in the log carry, and is timed by them."""

import logging
from secrets import token_hex
from time import perf_counter

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.measures import Measures
from bot.web.visiting import WATCHERS, first_in
from engine.about import about

log = logging.getLogger(__name__)

HEADER = "X-Request-Id"
ID_BYTES = 8
NOWHERE = "nowhere"
"""The route of what leads to nothing: never its path, of which there are as many as one likes."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"
ID = web.RequestKey("id", str)
STARTED = web.RequestKey("started", float)


@web.middleware
async def identify(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Comes before all others. An id that a client sends is not taken: it could be anybody's."""
    request[ID], request[STARTED] = token_hex(ID_BYTES), perf_counter()
    with about(route=route_of(request), request=request[ID]):
        return await handler(request)


class Timed:
    """By the beginning of the answer: how long reading it takes is its reader's affair."""

    def __init__(self, measures: Measures) -> None:
        self._requests = measures.requests

    def add_to(self, app: web.Application) -> None:
        app.on_response_prepare.append(self.note)

    async def note(self, request: web.Request, response: web.StreamResponse) -> None:
        if STARTED not in request:
            return
        response.headers[HEADER] = request[ID]
        seconds = perf_counter() - request[STARTED]
        route, status = route_of(request), response.status
        self._requests.labels(method_of(request), route, status).observe(seconds)
        if first_in(request) not in WATCHERS:
            facts = {"route": route, "request": request[ID]}
            log.info("%s %d in %.3f s", method_of(request), status, seconds, extra=facts)


def route_of(request: web.Request) -> str:
    """The template that its path fits, like /v1/jobs/{job}."""
    resource = request.match_info.route.resource
    return NOWHERE if resource is None else resource.canonical


def method_of(request: web.Request) -> str:
    return request.method if request.method in METHODS else OTHER
