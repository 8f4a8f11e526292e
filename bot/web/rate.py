"""Rate: how often somebody may ask, whatever they ask for."""

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from time import monotonic

from aiohttp import web

from bot.web.caller import Caller

OF_A_KEY = 600
"""Ten a second, for minutes on end: a program that asks after its jobs more often does not wait."""
OF_STRANGERS = 60
"""From one address without a key that opens."""
OF_FOLLOWERS = 120
"""From one address by links: what they open may have to be encoded first."""
A_MINUTE_S = 60.0
MOST_REMEMBERED = 10_000
"""Of more, those are forgotten who have not asked for longest: addresses cost nothing to have."""
OF_A_HOUSEHOLD = 64
"""Bits of an IPv6 address; the others everybody chooses for themselves."""


class Rate:
    """Whoever sits at this machine asks as often as they like."""

    def __init__(
        self,
        *,
        of_a_key: int = OF_A_KEY,
        of_strangers: int = OF_STRANGERS,
        of_followers: int = OF_FOLLOWERS,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self._keys = Window(of_a_key, now)
        self._strangers = Window(of_strangers, now)
        self._followers = Window(of_followers, now)

    def require(self, caller: Caller) -> None:
        """Raises web.HTTPTooManyRequests, which says when to come back."""
        if caller.key is not None:
            _count(self._keys, str(caller.key))

    def refused(self, request: web.BaseRequest) -> None:
        """Somebody was not let in. Raises web.HTTPTooManyRequests where that is too often."""
        _count(self._strangers, household(request.remote or ""))

    def followed(self, request: web.BaseRequest) -> None:
        """Somebody has a link, and no key. Raises web.HTTPTooManyRequests."""
        _count(self._followers, household(request.remote or ""))


class Window:
    """The requests of the last minute, of everybody who asked."""

    def __init__(self, limit: int, now: Callable[[], float]) -> None:
        self.limit, self._now = limit, now
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._asked)

    def wait(self, whose: str) -> float:
        """Seconds until there is room for another; 0 where there was, which is taken then."""
        now = self._now()
        asked = self._asked.setdefault(whose, deque())
        self._asked.move_to_end(whose)
        if len(self._asked) > MOST_REMEMBERED:
            self._asked.popitem(last=False)
        while asked and asked[0] <= now - A_MINUTE_S:
            asked.popleft()
        if len(asked) >= self.limit:
            return asked[0] + A_MINUTE_S - now
        asked.append(now)
        return 0.0


def household(address: str) -> str:
    """Whoever has one of its addresses has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address) or parsed.ipv4_mapped is not None:
        return address
    return str(ip_network((int(parsed), OF_A_HOUSEHOLD), strict=False))


def _count(window: Window, whose: str) -> None:
    left = window.wait(whose)
    if left > 0:
        wait = max(1, ceil(left))
        raise web.HTTPTooManyRequests(
            text=f"That is more than {window.limit} requests a minute. Wait {wait} s.",
            headers={"Retry-After": str(wait)},
        )
