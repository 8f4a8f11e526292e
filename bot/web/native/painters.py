"""Painters: what paints here, how it is, and what was painted in the last hour."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Said, Why
from bot.web.native.acts import act_of
from bot.web.native.told import Told
from engine.archive import Painted
from engine.clock import utc_now
from engine.crew import Crew, Member, State
from engine.curve import curves_of
from engine.errors import EaselError, NotFound
from engine.gate import Gate
from engine.key import Scope
from engine.made import made_of
from engine.ports import Painter
from engine.vitals import Vitals
from engine.watch import Subject

PATIENCE_S = 2.0
MINUTE = timedelta(minutes=1)
MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The painters of this program, and what is found where one looks at the device of each."""

    crew: Crew
    look: Callable[[Painter], Awaitable[Vitals]]

    @property
    def device(self) -> str:
        """Where they paint, each once."""
        return ", ".join(dict.fromkeys(each.painter.name for each in self.crew)) or "none"


class ToldMemory(Told):
    """In bytes, of the whole device."""

    used: int
    total: int


class ToldKnee(Told):
    """From so many rows on a step of that size hardly gains by more; then a row takes so long."""

    model: str
    width: int
    height: int
    rows: int
    row_seconds: float


class ToldMade(Told):
    """Steps of so many rows of pictures of that size, which are told so many words and parts of
    words, and what was made ready to take them quickly: `compiling` is what waits for the compiler,
    too. `phase` is `whole`, unless pictures are cached. `without` says what was tried for such
    steps and is not there, and why."""

    model: str
    width: int
    height: int
    rows: int
    tokens: int
    phase: str
    recorded: bool
    compiled: bool
    compiling: bool
    without: list[str]


class ToldPainter(Told):
    """`busy` is how many of its seats are taken, `warm` are the models that it has loaded, `knees`
    are of those that it measured, each at its usual size and at a larger one, `made` is what it
    made ready of those that are loaded; `memory` is null, and so is `temperature` in degrees
    Celsius, where it cannot be known."""

    name: str
    state: State
    model: str
    warm: list[str]
    seats: int
    busy: int
    knees: list[ToldKnee]
    made: list[ToldMade]
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


class SaidPainter(Said):
    """Whether it takes pictures, until Easel is started again."""

    takes: bool
    why: Why = ""


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
            Endpoint(
                method="PUT",
                path="/v1/painters/{painter}",
                does=self.let,
                about="Let a painter end what it paints and take nothing more, or take pictures "
                "again",
                tag="queue",
                scope=Scope.MODERATE,
                body=SaidPainter,
                answers={200: ToldPainter},
                refuses=frozenset({404}),
            ),
        )

    async def let(self, call: Call) -> web.Response:
        if self._seen is None:
            raise NotFound("Nobody paints here.")
        crew, asked = self._seen.crew, call.body(SaidPainter)
        member = crew.named(call.place("painter"))
        if member.leaving is asked.takes:
            # Before it is done: what stands in no audit must not happen.
            deed = Gate.OPEN if asked.takes else Gate.DRAINED
            whom = f"painter {member.painter.name}"
            await self._app.accounts.note(whom, deed.value, act_of(call, asked.why), {})
            crew.let_leave(member, leaving=not asked.takes)
            self._app.line.watch.tell(Subject.QUEUE)
        return answered(await self._told(member))

    async def show(self, call: Call) -> web.Response:
        now = utc_now()
        painted = await self._app.stock.painted(_minute_of(now) - MINUTES * MINUTE)
        members = tuple(self._seen.crew) if self._seen else ()
        told = await asyncio.gather(*map(self._told, members))
        return answered(ToldPainters(painters=told, throughput=by_minute(painted, now)))

    async def _told(self, member: Member) -> ToldPainter:
        painter, vitals = member.painter, await self._vitals(member.painter)
        return ToldPainter(
            name=painter.name,
            state=member.state,
            model=next(iter(self._app.cards)),
            warm=sorted(painter.warm),
            seats=painter.seats,
            busy=member.taken,
            knees=_knees(painter),
            made=_made(painter),
            memory=ToldMemory(used=vitals.used, total=vitals.total) if vitals else None,
            temperature=vitals.temperature if vitals else None,
        )

    async def _vitals(self, painter: Painter) -> Vitals | None:
        # A card that is busy may take its time to answer, and one that is lost never does.
        if self._seen is None or not painter.alive:
            return None
        with suppress(EaselError, TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                return await self._seen.look(painter)
        return None


def _knees(painter: Painter) -> list[ToldKnee]:
    return [
        ToldKnee(
            model=model,
            width=curve.width,
            height=curve.height,
            rows=curve.knee,
            row_seconds=curve.row_seconds,
        )
        for model, curves in curves_of(painter).items()
        for curve in curves
    ]


def _made(painter: Painter) -> list[ToldMade]:
    return [
        ToldMade(
            model=model,
            width=each.width,
            height=each.height,
            rows=each.rows,
            tokens=each.tokens,
            phase=each.phase,
            recorded=each.recorded,
            compiled=each.compiled,
            compiling=each.compiling,
            without=list(each.without),
        )
        for model, made in made_of(painter).items()
        for each in made
    ]


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
