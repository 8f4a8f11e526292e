"""Painters: what paints here, how it is, and what was painted in the last hour."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.app import App
from bot.painters import Vitals
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.native.told import Told
from engine.archive import Painted
from engine.clock import utc_now
from engine.key import Scope
from engine.meter import Meter

HERE = "here"
MINUTE = timedelta(minutes=1)
MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The painter of this program: on which device it paints, how many tiles at a time, and what
    is found where one looks at that device; the meter tells of its steps."""

    device: str
    seats: int
    look: Callable[[], Vitals]
    meter: Meter = field(default_factory=Meter)


class ToldMemory(Told):
    """In bytes, of the whole device."""

    used: int
    total: int


class ToldPainter(Told):
    """`busy` is how many of its seats are taken; `temperature` is in degrees Celsius, where it can
    be known."""

    name: str
    device: str
    model: str
    seats: int
    busy: int
    memory: ToldMemory | None
    temperature: float | None


class ToldMinute(Told):
    """What was finished in the minute that began then, and the seconds that it took."""

    at: datetime
    pictures: int
    seconds: float


class ToldPainters(Told):
    """`throughput` is of the last hour, the oldest minute first."""

    painters: list[ToldPainter]
    throughput: list[ToldMinute]


class Painters:
    """Without one that is `seen` nobody paints here."""

    def __init__(self, app: App, seen: Seen | None) -> None:
        self._app, self._seen = app, seen

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/painters",
                does=self.show,
                about="What paints here, and what was painted in the last hour",
                tag="queue",
                scope=Scope.MODERATE,
                answers={200: ToldPainters},
            ),
        )

    async def show(self, call: Call) -> web.Response:
        now = utc_now()
        painted = await self._app.stock.painted(_minute_of(now) - MINUTES * MINUTE)
        seen = [await self._told(self._seen)] if self._seen else []
        return answered(ToldPainters(painters=seen, throughput=by_minute(painted, now)))

    async def _told(self, seen: Seen) -> ToldPainter:
        # A card that is busy may take its time to answer.
        vitals = await asyncio.to_thread(seen.look)
        return ToldPainter(
            name=HERE,
            device=seen.device,
            model=next(iter(self._app.cards)),
            seats=seen.seats,
            busy=sum(map(len, self._app.line.painting.values())),
            memory=ToldMemory(used=vitals.used, total=vitals.total),
            temperature=vitals.temperature,
        )


def by_minute(painted: Iterable[Painted], now: datetime) -> list[ToldMinute]:
    """The last whole hour and the minute that it is, also those in which nothing came."""
    pictures, seconds = Counter[datetime](), defaultdict[datetime, float](float)
    for one in painted:
        minute = _minute_of(one.at)
        pictures[minute] += 1
        seconds[minute] += one.seconds
    last = _minute_of(now)
    minutes = [last - MINUTE * ago for ago in range(MINUTES, -1, -1)]
    return [
        ToldMinute(at=at, pictures=pictures[at], seconds=round(seconds[at], 2)) for at in minutes
    ]


def _minute_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)
