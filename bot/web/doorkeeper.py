"""Doorkeeper: lets in whoever has a key, and whoever sits at this machine."""

import binascii
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

from aiohttp import web

from bot.addresses import is_loopback
from bot.web.caller import AT_HOME, Caller, caller_with
from bot.web.cookie import HOME, Cookies
from bot.web.guests import Guests
from bot.web.here import is_this_machine
from engine.keys import Keys

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
UNKNOWN = "I do not know that key, or it is no longer valid. `easel keys add NAME` makes one."
NEEDED = (
    "This needs a key, as “Authorization: Bearer KEY” or as the password. "
    "`easel keys add NAME` makes one."
)
ASK = {"WWW-Authenticate": 'Bearer realm="Easel"'}
"""Not Basic, which is taken all the same: a browser would ask for it over the page."""


class Doorkeeper:
    """`host` is the name that the page has beside those that every machine has for itself. Where it
    is not `open_here`, whoever sits at this machine needs a key too."""

    def __init__(
        self,
        *,
        keys: Keys,
        cookies: Cookies,
        host: str,
        now: Callable[[], datetime],
        open_here: bool = True,
    ) -> None:
        self._keys, self._cookies = keys, cookies
        self._host, self._now, self._open_here = host.lower(), now, open_here
        self.guests = Guests(keys, now)
        """Whom it let in by a key, and sees to the door."""

    async def caller(self, request: web.Request) -> Caller:
        """By key, or by the page's cookie. Raises web.HTTPUnauthorized, or web.HTTPForbidden where
        another page is behind it."""
        if "Authorization" in request.headers:
            secret = _secret_in(request.headers["Authorization"])
            return await self.opened_by(secret)
        whom = self._cookies.read(request)
        if whom is None:
            raise web.HTTPUnauthorized(text=NEEDED, headers=ASK)
        require_own_page(request)
        if whom == HOME:
            self.require_home(request)
            return AT_HOME
        key = await self._keys.key(whom, self._now())
        if key is None:
            raise web.HTTPUnauthorized(text=UNKNOWN, headers=ASK)
        return caller_with(key)

    async def opened_by(self, secret: str) -> Caller:
        """Raises web.HTTPUnauthorized."""
        key = await self._keys.open(secret, self._now())
        if key is None:
            raise web.HTTPUnauthorized(text=UNKNOWN, headers=ASK)
        return caller_with(key)

    async def visitor(self, request: web.Request) -> Caller:
        """Of the page, where whoever sits at this machine needs nothing."""
        try:
            return await self.caller(request)
        except web.HTTPUnauthorized:
            if "Authorization" in request.headers:
                raise
            self.require_home(request)
            require_own_page(request)
            return AT_HOME

    def require_home(self, request: web.Request) -> None:
        """Raises web.HTTPUnauthorized unless it comes from here and was meant for us."""
        if not self._open_here or not is_this_machine(request):
            raise web.HTTPUnauthorized(text=NEEDED, headers=ASK)
        # A page elsewhere can give its own name our address, and then read us as itself.
        name = (_name_in(request.host) or "").lower()
        if not is_loopback(name) and name != self._host:
            raise web.HTTPForbidden(
                text=f"I do not answer to that name. Open this page at its address, or at "
                f"{self._host}."
            )


def require_own_page(request: web.Request) -> None:
    """Raises web.HTTPForbidden where another page lets a browser change something."""
    if request.method not in CHANGING:
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    foreign = site is not None and site not in {"same-origin", "none"}
    # Also where the browser says that it is its own: behind a proxy that tells us another name, we
    # could not know whom else it lets in.
    if foreign or (origin is not None and _place_in(origin) != request.host):
        raise web.HTTPForbidden(
            text="Another page sent that. Use the one on this page. If I am behind a proxy, it has "
            "to pass on the Host that it was asked for."
        )


def _secret_in(words: str) -> str:
    """The key in an Authorization header; empty where there is none."""
    kind, _, rest = words.strip().partition(" ")
    match kind.lower():
        case "bearer":
            return rest.strip()
        case "basic":
            try:
                return b64decode(rest.strip(), validate=True).decode().partition(":")[2]
            except (binascii.Error, UnicodeDecodeError, ValueError):
                return ""
        case _:
            return ""


def _name_in(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _place_in(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None
