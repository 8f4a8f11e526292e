"""Visiting: the page opens for whoever sits at this machine, and asks all others for a key."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.web.caller import Caller
from bot.web.cookie import HOME, NAME, Cookies
from bot.web.doorkeeper import Doorkeeper
from bot.web.here import scheme_of
from bot.web.rate import Rate

PROGRAMS = frozenset(
    {"v1", "sdapi", "controlnet", "config", "generate", "status", "login", "logout", "openapi.json"}
)
WATCHERS = frozenset({"health", "healthz", "readyz", "metrics", "static"})
ENDED = "You are not signed in any more. Come in with your key again."
CALLER = web.RequestKey("caller", Caller)
"""Where the handlers of the page find who visits it."""

SignIn = Callable[[web.Request, str], Awaitable[web.Response]]


def visiting(doorkeeper: Doorkeeper, cookies: Cookies, rate: Rate, sign_in: SignIn) -> Middleware:
    """`sign_in` answers the form that takes a key, with what is wrong so far."""

    @web.middleware
    async def visited(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_page(request):
            return await handler(request)
        try:
            caller = await doorkeeper.visitor(request)
        except web.HTTPUnauthorized:
            # Who has come with nothing has done nothing wrong yet.
            if NAME in request.cookies or "Authorization" in request.headers:
                rate.refused(request)
            if "text/html" not in request.headers.get("Accept", ""):
                raise
            return await sign_in(request, ENDED if NAME in request.cookies else "")
        rate.require(caller)
        request[CALLER] = caller
        response = await handler(request)
        if caller.key is None and cookies.read(request) != HOME and not response.prepared:
            cookies.give(response, HOME, secure=scheme_of(request) == "https")
        return response

    return visited


def is_page(request: web.Request) -> bool:
    """Whether a person reads what is there, and no program."""
    return first_in(request) not in PROGRAMS | WATCHERS


def first_in(request: web.BaseRequest) -> str:
    """What the path begins with; empty also where it is none, as for CONNECT."""
    return request.path.partition("/")[2].partition("/")[0]
