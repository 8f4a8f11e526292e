"""Queue: how long the line is, who stands in it where, and the gate that moderators close."""

from collections.abc import Sequence
from contextlib import suppress
from math import inf
from typing import Annotated, Literal

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Reason, Said, Why
from bot.web.native.acts import act_of, in_force
from bot.web.native.in_line import ToldInLine, ranks_in, told_in_line
from bot.web.native.told import Told
from bot.web.teller import GATES, gate_word
from engine.clock import utc_now
from engine.crew import State
from engine.errors import NotFound
from engine.forecast import seconds_of
from engine.gate import QUEUE
from engine.job import UNFINISHED
from engine.key import Scope

MOST = 200
ENDED = "That job has ended already."
GateWord = Literal["open", "paused", "draining"]
DEEDS = {word: gate for gate, word in GATES.items()}


class Shown(Said):
    """Of how many jobs more is told than that they are there."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = Field(
        50, description="Of so many jobs more is told than that they are there."
    )


class ToldSeats(Told):
    """A painter, and how many of its seats are taken."""

    name: str
    state: State
    seats: int
    busy: int


class ToldQueue(Told):
    """Jobs that wait and are painted, everybody's. `jobs` are one's own, and for moderators all of
    them; `ahead_seconds` is how long everything that is there takes to be painted, by all the
    `painters` together."""

    waiting: int
    painting: int
    ahead_seconds: float
    gate: GateWord | Literal["stopping"]
    painters: list[ToldSeats]
    jobs: list[ToldInLine]


class SaidGate(Said):
    """While it is paused nothing new is begun; while it is draining nothing more is taken in."""

    gate: GateWord
    why: Why = ""


class Queue:
    """Of others than moderators nobody learns who else is in it."""

    def __init__(self, app: App) -> None:
        self._app, self._line = app, app.line

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/queue",
                does=self.show,
                about="How long the line is, and your places in it; a moderator sees everybody's",
                tag="queue",
                scope=Scope.READ,
                query=Shown,
                answers={200: ToldQueue},
            ),
            Endpoint(
                method="PUT",
                path="/v1/queue",
                does=self.set_gate,
                about="Let the queue stand still, run empty, or go on",
                tag="queue",
                scope=Scope.MODERATE,
                body=SaidGate,
                answers={200: ToldQueue},
            ),
            Endpoint(
                method="DELETE",
                path="/v1/queue/{job}",
                does=self.withdraw,
                about="Cancel anybody's job; what was not painted is refunded",
                tag="queue",
                scope=Scope.MODERATE,
                query=Reason,
                answers={200: ToldInLine},
                refuses=frozenset({404, 409}),
            ),
        )

    async def show(self, call: Call) -> web.Response:
        return answered(await self._told(call, call.query(Shown).limit))

    async def set_gate(self, call: Call) -> web.Response:
        asked = call.body(SaidGate)
        act = act_of(call, asked.why)
        await self._app.accounts.note(QUEUE, DEEDS[asked.gate].value, act, {})
        await in_force(self._app)
        return answered(await self._told(call, Shown().limit))

    async def withdraw(self, call: Call) -> web.Response:
        job = await self._app.ledger.job(call.place("job"))
        if job.status not in UNFINISHED:
            raise web.HTTPConflict(text=ENDED)
        if job.owner.id != call.caller.owner.id:
            # Before it is done: what stands in no audit must not happen.
            act = act_of(call, call.query(Reason).why)
            await self._app.accounts.note(job.owner.id, "cancel", act, {"job": job.id})
        if not await self._app.studio.cancel(job.id, job.owner):
            raise web.HTTPConflict(text=ENDED)
        ended = await self._app.ledger.job(job.id)
        return answered(told_in_line(ended, None, utc_now()))

    async def _told(self, call: Call, most: int) -> ToldQueue:
        return ToldQueue(
            waiting=len(self._line.waiting),
            painting=len(self._line.works),
            ahead_seconds=round(seconds_of(self._line), 1),
            gate=gate_word(self._line),
            painters=[
                ToldSeats(
                    name=each.painter.name,
                    state=each.state,
                    seats=each.painter.seats,
                    busy=each.taken,
                )
                for each in self._line.crew
            ],
            jobs=await self._jobs(call, most),
        )

    async def _jobs(self, call: Call, most: int) -> list[ToldInLine]:
        """Those first that are done first."""
        now, owner = utc_now(), call.caller.owner
        ranks = ranks_in(self._line, now)
        names = list(ranks)
        if Scope.MODERATE not in call.caller.scopes:
            own = await self._app.gallery.unfinished(owner)
            names = sorted(own, key=lambda name: ranks.get(name, inf))
        names = names[:most]
        places = self._app.studio.places(names)
        told = []
        for name in names:
            # It may have ended, and even be forgotten, by now.
            with suppress(NotFound):
                job = await self._app.ledger.job(name)
                if job.status in UNFINISHED:
                    told.append(told_in_line(job, places.get(name), now))
        return told
