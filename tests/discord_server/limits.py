"""Rate limits: buckets by route and place, one for all, and how often the bot was refused."""

from collections import deque
from dataclasses import dataclass
from hashlib import md5

from tests.discord_server.call import Call
from tests.discord_server.clock import Clock
from tests.discord_server.routes import Route

INVALID_WINDOW_S, MOST_INVALID = 600.0, 10_000
MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many requests in so many seconds."""

    count: int
    per: float


# Wide, so that tests that are not about limits never wait; a test narrows them.
WIDE = Limit(count=1000, per=1.0)
GLOBAL = Limit(count=50, per=1.0)


@dataclass
class _Bucket:
    limit: Limit
    left: int
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """For how long to wait, and which limit it was."""

    retry_after: float
    scope: str


class Limits:
    """`by_route` narrows single routes; `whole` is for all but those of interactions."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str, ...], _Bucket] = {}
        self._invalid: deque[float] = deque()
        self.by_route: dict[Route, Limit] = {}
        self.whole = GLOBAL

    def take(self, call: Call) -> Exceeded | None:
        """Count a request, or say that it is one too many."""
        now = self._clock.now()
        if not call.route.by_interaction:
            bucket = self._bucket(("all",), self.whole, now)
            if bucket.left <= 0:
                return Exceeded(retry_after=bucket.ends - now, scope="global")
            bucket.left -= 1
        bucket = self._bucket(_key(call), self._limit(call.route), now)
        if bucket.left <= 0:
            return Exceeded(retry_after=bucket.ends - now, scope="user")
        bucket.left -= 1
        return None

    def headers(self, call: Call) -> dict[str, str]:
        """What every answer tells of the route's bucket."""
        now, limit = self._clock.now(), self._limit(call.route)
        bucket = self._bucket(_key(call), limit, now)
        return {
            "X-RateLimit-Limit": str(limit.count),
            "X-RateLimit-Remaining": str(max(0, bucket.left)),
            "X-RateLimit-Reset": f"{bucket.ends:.3f}",
            "X-RateLimit-Reset-After": f"{max(0.0, bucket.ends - now):.3f}",
            "X-RateLimit-Bucket": md5(call.route.encode()).hexdigest(),
        }

    def refused(self, status: int, scope: str | None = None) -> None:
        """Count a refusal that says that the bot does not look at what it is told."""
        if status in (401, 403) or (status == 429 and scope != "shared"):
            self._invalid.append(self._clock.now())

    @property
    def invalid(self) -> int:
        """How many of those there were in the last ten minutes."""
        while self._invalid and self._invalid[0] < self._clock.now() - INVALID_WINDOW_S:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def banned(self) -> bool:
        """Whether Discord would not listen to this address any more."""
        return self.invalid >= MOST_INVALID

    def _limit(self, route: Route) -> Limit:
        return self.by_route.get(route, WIDE)

    def _bucket(self, key: tuple[str, ...], limit: Limit, now: float) -> _Bucket:
        found = self._buckets.get(key)
        if found is None or found.ends <= now or found.limit != limit:
            found = self._buckets[key] = _Bucket(limit, limit.count, now + limit.per)
        return found


def _key(call: Call) -> tuple[str, ...]:
    return (call.route, *(call.place[name] for name in MAJOR if name in call.place))
