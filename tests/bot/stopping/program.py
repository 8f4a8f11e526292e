"""`easel serve` with a painter that is as quick as it is told, whole but for what a plan changes.

`python -m tests.bot.stopping.program PLAN` goes through all that `easel serve` goes through.
"""

import asyncio
import logging
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import bot.app
import bot.discord.start
import bot.models
import bot.serve
import bot.stopping
from bot.__main__ import run
from bot.discord.connection.supervision import Supervision
from bot.discord.moderators.herald import Herald
from bot.painters import PAINTERS, Painters
from bot.settings import Settings
from bot.watchdog import leave
from engine.addon import Shelf
from engine.card import ModelCard
from engine.courier import Courier
from engine.crew import Crew
from engine.dispatcher import Dispatcher
from engine.heart import Heart
from engine.job import Picture, Recipe
from engine.line import Line
from engine.ports import Tell
from engine.queue import Entry
from engine.retention import Retention
from storage.ledger import SqlLedger
from tests.bot.stopping.plan import Plan
from tests.fakes import BOOK, FakePainter, StandIn

log = logging.getLogger("bot.painter")


class SlowPainter(StandIn):
    """With “lose” in the prompt it breaks down."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._painter = FakePainter()
        self._painter.gate.set()
        self.cards: Mapping[str, ModelCard] = self._painter.cards
        self.seats = self._painter.seats

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        log.info("begun: %s", recipe.prompt)
        tell(1, None)
        endless = self._plan.endless in recipe.prompt
        await asyncio.sleep(3600 if endless else self._plan.seconds)
        return await self._painter.paint(recipe, sources, tell)


@asynccontextmanager
async def opened(plan: Plan) -> AsyncIterator[Crew]:
    log.info("warming")
    if plan.warm == "in a thread":
        threading.Thread(target=time.sleep, args=(3600,)).start()
    if plan.warm:
        await asyncio.sleep(3600)
    yield Crew(SlowPainter(plan))


@asynccontextmanager
async def told_of(settings: Settings) -> AsyncIterator[Crew]:
    log.info("warming")
    async with PAINTERS.open(settings) as painter:
        yield painter


def fetch(*_: Any) -> None:
    log.info("warming")
    time.sleep(3600)


async def broken(*_: Any, **__: Any) -> None:
    """Goes wrong once all is open."""
    await asyncio.sleep(0.5)
    raise RuntimeError("a bug")


async def never(*_: Any, **__: Any) -> None:
    await asyncio.sleep(3600)


class StubbornLedger(SqlLedger):
    """Whoever stops waiting for it must wait nevertheless."""

    async def release(self, job: str, attempt: int) -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                log.info("still waiting for the database")


def arrange(plan: Plan) -> None:
    """What is wired instead of what Easel wires."""
    vars(bot.stopping)["MOST_S"] = plan.most
    match plan.breaks:
        case "dispatcher":
            vars(bot.app)["Dispatcher"] = type("Broken", (Dispatcher,), {"_serve": broken})
        case "heart":
            setattr(Heart, "run", broken)  # noqa: B010  # mypy forbids it said otherwise
        case "courier":
            vars(bot.app)["Courier"] = type("Broken", (Courier,), {"run": broken})
        case "tidying":
            vars(bot.app)["Retention"] = type("Broken", (Retention,), {"apply": broken})
        case "lag":
            vars(bot.serve)["watch_lag"] = broken
        case "herald":
            vars(bot.discord.start)["Herald"] = type("Broken", (Herald,), {"run": broken})
        case "supervision":
            vars(bot.discord.start)["Supervision"] = type("Broken", (Supervision,), {"run": broken})
    if plan.warm == "fetching":
        vars(bot.models)["fetch_missing"] = fetch
    if plan.hangs == "database":
        vars(bot.app)["SqlLedger"] = StubbornLedger
    if plan.mutant == "begins on":

        def candidates(line: Line, now: float) -> Iterator[Entry]:
            return line.queue.candidates(now)

        setattr(Line, "candidates", candidates)  # noqa: B010  # mypy forbids it said otherwise
    if plan.mutant == "gives nothing back":
        setattr(Dispatcher, "_release", lambda _: asyncio.sleep(0))  # noqa: B010  # the same


def known(plan: Plan) -> Mapping[str, ModelCard]:
    if plan.warm == "asking":
        log.info("warming")
        time.sleep(3600)
    return {BOOK.name: BOOK}


def painters_of(plan: Plan) -> Painters:
    if plan.warm == "real":
        return replace(PAINTERS, open=told_of)

    def painter(_: Settings) -> Any:
        return opened(plan)

    return Painters(
        cards=lambda _: known(plan),
        device=lambda _: "cpu",
        open=painter,
        shelf=lambda _: Shelf,
    )


if __name__ == "__main__":
    told = Plan.from_json(sys.argv[1])
    arrange(told)
    leave(run(["serve"], painters_of(told)))
