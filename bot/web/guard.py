"""Who may talk to the page: this machine's own browser, and no page but ours through it."""

from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.addresses import is_loopback

OPEN_PATHS = frozenset({"/health", "/healthz", "/readyz"})
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})

HEADERS = {
    "Server": "Easel",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: that would take the Origin away from our own form.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guard(host: str) -> Middleware:
    """Refuse other machines, foreign names for this one, and forms of other pages."""

    @web.middleware
    async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in OPEN_PATHS:
            _require_this_machine(request)
            _require_known_name(request, host)
            if request.method in CHANGING:
                _require_own_page(request)
        return await handler(request)

    return guarded


async def add_headers(_: web.Request, response: web.StreamResponse) -> None:
    """On every answer, errors included."""
    response.headers.update(HEADERS)


def _require_this_machine(request: web.Request) -> None:
    transport = request.transport
    ours = transport.get_extra_info("sockname") if transport else None
    remote = _plain(request.remote or "")
    if not is_loopback(remote) and not (ours and remote == _plain(ours[0])):
        raise web.HTTPForbidden(text="This page is only for the machine that Easel runs on.")


def _require_known_name(request: web.Request, host: str) -> None:
    # A page elsewhere can give its own name our address, and then read us as itself.
    name = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(name) and name != host.lower():
        raise web.HTTPForbidden(
            text=f"I do not answer to that name. Open this page at its address, or at {host}."
        )


def _require_own_page(request: web.Request) -> None:
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    foreign = (
        site not in {"same-origin", "none"}
        if site is not None
        else origin is not None and urlsplit(origin).netloc != request.host
    )
    if foreign:
        raise web.HTTPForbidden(text="Another page sent that form. Use the one on this page.")


def _plain(address: str) -> str:
    """IPv4 addresses look like ::ffff:127.0.0.1 on sockets that take both kinds."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)
