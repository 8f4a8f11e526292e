"""Where a request comes from: whether that is this very machine, and whether it came by TLS."""

from ipaddress import IPv6Address, ip_address

from aiohttp import HttpVersion11, web

from bot.addresses import is_loopback

SCHEMES = frozenset({"http", "https"})
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
"""A proxy on this machine sends what comes from elsewhere."""


def is_this_machine(request: web.Request) -> bool:
    # Proxies that were set up in one line say nothing of themselves, but speak an older HTTP.
    if any(name in request.headers for name in PASSED_ON) or request.version < HttpVersion11:
        return False
    transport = request.transport
    ours = transport.get_extra_info("sockname") if transport else None
    remote = _plain(request.remote or "")
    return is_loopback(remote) or bool(ours and remote == _plain(ours[0]))


def scheme_of(request: web.Request) -> str:
    """http or https, as whoever passed it on says it came to them."""
    told = request.headers.get("X-Forwarded-Proto", request.scheme).strip().lower()
    return told if told in SCHEMES else request.scheme


def _plain(address: str) -> str:
    """IPv4 addresses look like ::ffff:127.0.0.1 on sockets that take both kinds."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)
